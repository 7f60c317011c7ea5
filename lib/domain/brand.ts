/** A value that has been checked: only the parser of `Name` mints it. */
export type Brand<Base, Name extends string> = Base & { readonly __brand: Name };

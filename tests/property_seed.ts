/** Loaded before every test: properties try the same values in every run. */

import fc from "fast-check";

fc.configureGlobal({ seed: 2021 });

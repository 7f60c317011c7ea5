/** The standard reflection service of gRPC, which tells tools what a server offers. */

import {
  create,
  type DescFile,
  type DescService,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Bittensor } from "../../proto/gen/bittensor_pb.ts";
import { Health } from "../../proto/gen/health_pb.ts";
import {
  ServerReflection,
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
} from "../../proto/gen/reflection_pb.ts";
import { ServerReflection as ServerReflectionV1Alpha } from "../../proto/gen/reflection_v1alpha_pb.ts";
import type { StreamHandler } from "./rpc.ts";
import type { Pieces } from "./pieces.ts";
import { parseRequest } from "./service_request.ts";

/** What a server of ours offers. */
const SERVICES: readonly DescService[] = [
  Bittensor,
  Health,
  ServerReflection,
  ServerReflectionV1Alpha,
];

/** Status codes of gRPC, as an answer carries them. */
const NOT_FOUND = 5;
const INVALID_ARGUMENT = 3;

/** The conversation, by path, for `serve()`: under its present and under its older name. */
export function reflectionStreams(): Record<string, StreamHandler> {
  const files = Array.from(withImports(SERVICES.map(({ file }) => file)));
  const index: Index = {
    byName: new Map(files.map((file) => [file.proto.name, file])),
    bySymbol: new Map(files.flatMap((file) => symbolsOf(file).map((symbol) => [symbol, file]))),
  };
  const handler: StreamHandler = (requests) => converse(requests, index);
  return {
    [`/${ServerReflection.typeName}/ServerReflectionInfo`]: handler,
    [`/${ServerReflectionV1Alpha.typeName}/ServerReflectionInfo`]: handler,
  };
}

/** The files of all services. */
interface Index {
  readonly byName: ReadonlyMap<string | undefined, DescFile>;
  /** By each full name that they declare. */
  readonly bySymbol: ReadonlyMap<string, DescFile>;
}

async function* converse(
  requests: AsyncIterable<Uint8Array>,
  index: Index,
): AsyncIterable<Pieces> {
  for await (const bytes of requests) {
    const request = parseRequest(ServerReflectionRequestSchema, bytes);
    const response = create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
      messageResponse: answer(request, index),
    });
    yield [toBinary(ServerReflectionResponseSchema, response)];
  }
}

type Answer = NonNullable<
  MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]
>;

function answer(
  { messageRequest }: MessageShape<typeof ServerReflectionRequestSchema>,
  { byName, bySymbol }: Index,
): Answer {
  switch (messageRequest.case) {
    case "listServices": {
      const service = SERVICES.map(({ typeName }) => ({ name: typeName }));
      return { case: "listServicesResponse", value: { service } };
    }
    case "fileByFilename":
      return fileAnswer(byName.get(messageRequest.value));
    case "fileContainingSymbol":
      return fileAnswer(bySymbol.get(messageRequest.value));
    case "fileContainingExtension":
    case "allExtensionNumbersOfType":
      return errorAnswer(NOT_FOUND, "nothing here has extensions");
    default:
      return errorAnswer(INVALID_ARGUMENT, "the request asks nothing that is known");
  }
}

function errorAnswer(errorCode: number, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}

function fileAnswer(file: DescFile | undefined): Answer {
  if (file === undefined) return errorAnswer(NOT_FOUND, "no file of this server has it");
  const fileDescriptorProto = Array.from(
    withImports([file]),
    ({ proto }) => toBinary(FileDescriptorProtoSchema, proto),
  );
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

/** Files and those that they import, each once, the ones asked for first. */
function withImports(roots: readonly DescFile[]): Set<DescFile> {
  const found = new Set(roots);
  // A set yields what is added to it on the way.
  for (const file of found) file.dependencies.forEach((dependency) => found.add(dependency));
  return found;
}

/** Full names of all that a file declares. */
function symbolsOf(file: DescFile): string[] {
  const messages = [...file.messages];
  const enums = [...file.enums];
  // An array, too, yields what is added to it on the way.
  for (const { nestedMessages, nestedEnums } of messages) {
    messages.push(...nestedMessages);
    enums.push(...nestedEnums);
  }
  return [
    ...messages.flatMap(({ typeName, fields, oneofs }) => [
      typeName,
      ...membersOf(typeName, fields),
      ...membersOf(typeName, oneofs),
    ]),
    ...enums.flatMap(({ typeName, parent, values }) => [
      typeName,
      // The values of an enum belong to the scope around it.
      ...membersOf(parent?.typeName ?? file.proto.package, values),
    ]),
    ...file.services.flatMap(({ typeName, methods }) => [
      typeName,
      ...membersOf(typeName, methods),
    ]),
  ];
}

function membersOf(scope: string, members: readonly { readonly name: string }[]): string[] {
  return members.map(({ name }) => scope === "" ? name : `${scope}.${name}`);
}

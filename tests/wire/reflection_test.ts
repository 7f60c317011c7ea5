import assert from "node:assert/strict";
import {
  create,
  createFileRegistry,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import * as grpc from "@grpc/grpc-js";
import { reflectionStreams } from "../../lib/wire/reflection.ts";
import {
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
} from "../../proto/gen/reflection_pb.ts";
import { serveStreams, type ServiceClient, serviceClient } from "./service_client.ts";

const VERSIONS = ["v1", "v1alpha"];

type Request = NonNullable<
  MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"]
>;

/** A conversation, as grpcurl has it: the next request follows the last answer. */
function conversation(client: ServiceClient, version = "v1") {
  const stream = client.converse(
    `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
  );
  const answers = stream[Symbol.asyncIterator]();
  const ask = async (messageRequest: Request) => {
    const request = create(ServerReflectionRequestSchema, { host: "here", messageRequest });
    stream.write(toBinary(ServerReflectionRequestSchema, request));
    const answer = fromBinary(ServerReflectionResponseSchema, (await answers.next()).value);
    assert.equal(answer.validHost, "here");
    assert.deepEqual(answer.originalRequest, request);
    return answer.messageResponse;
  };
  const files = async (request: Request) => {
    const { case: kind, value } = await ask(request);
    assert(kind === "fileDescriptorResponse");
    return value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  };
  const end = async () => {
    stream.end();
    assert.deepEqual(await answers.next(), { done: true, value: undefined });
  };
  return { ask, files, end, stream, answers };
}

for (const version of VERSIONS) {
  Deno.test(`reflectionStreams() describes every service that ${version} lists`, async () => {
    const server = await serveStreams(reflectionStreams());
    await using client = serviceClient(server.port);
    const { ask, files, end } = conversation(client, version);
    const list = await ask({ case: "listServices", value: "*" });
    assert(list.case === "listServicesResponse");
    const services = list.value.service.map(({ name }) => name);
    assert.deepEqual(services, [
      "Bittensor",
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
    ]);
    for (const service of services) {
      const file = await files({ case: "fileContainingSymbol", value: service });
      const registry = createFileRegistry(
        create(FileDescriptorSetSchema, { file: file.reverse() }),
      );
      assert((registry.getService(service)?.methods.length ?? 0) > 0);
    }
    await end();
    await server.close(0);
  });
}

Deno.test("reflectionStreams() describes the method Forward and its messages", async () => {
  const server = await serveStreams(reflectionStreams());
  await using client = serviceClient(server.port);
  const { files, end } = conversation(client);
  const file = await files({ case: "fileContainingSymbol", value: "Bittensor" });
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file }));
  const { forward } = registry.getService("Bittensor")?.method ?? {};
  assert.equal(forward?.name, "Forward");
  assert.equal(forward.methodKind, "unary");
  const names = forward.input.fields.map(({ name, number }) => `${name} ${number}`);
  assert.deepEqual(names.slice(0, 4), ["version 1", "hotkey 2", "nounce 3", "signature 4"]);
  await end();
  await server.close(0);
});

Deno.test("reflectionStreams() finds a file by its name and by whatever it declares", async () => {
  const server = await serveStreams(reflectionStreams());
  await using client = serviceClient(server.port);
  const { files, end } = conversation(client);
  const found = async (request: Request) => (await files(request)).map(({ name }) => name);
  assert.deepEqual(await found({ case: "fileByFilename", value: "health.proto" }), [
    "health.proto",
  ]);
  assert.deepEqual(await found({ case: "fileByFilename", value: "reflection_v1alpha.proto" }), [
    "reflection_v1alpha.proto",
    "reflection.proto",
  ]);
  for (
    const [symbol, file] of [
      ["Bittensor.Backward", "bittensor.proto"],
      ["Tensor", "bittensor.proto"],
      ["Tensor.requires_grad", "bittensor.proto"],
      ["ReturnCode", "bittensor.proto"],
      ["NucleusFull", "bittensor.proto"],
      ["grpc.health.v1.HealthCheckResponse.ServingStatus", "health.proto"],
      ["grpc.health.v1.HealthCheckResponse.SERVING", "health.proto"],
      ["grpc.reflection.v1.ServerReflectionRequest.message_request", "reflection.proto"],
    ] as const
  ) {
    assert.deepEqual(await found({ case: "fileContainingSymbol", value: symbol }), [file]);
  }
  await end();
  await server.close(0);
});

Deno.test("reflectionStreams() answers with an error what it does not have, and goes on", async () => {
  const server = await serveStreams(reflectionStreams());
  await using client = serviceClient(server.port);
  const { ask, end } = conversation(client);
  const codeOf = async (request: Request) => {
    const { case: kind, value } = await ask(request);
    assert(kind === "errorResponse");
    return value.errorCode;
  };
  const { NOT_FOUND, INVALID_ARGUMENT } = grpc.status;
  assert.equal(await codeOf({ case: "fileContainingSymbol", value: "Tensor.nothing" }), NOT_FOUND);
  assert.equal(await codeOf({ case: "fileContainingSymbol", value: "" }), NOT_FOUND);
  assert.equal(await codeOf({ case: "fileByFilename", value: "__proto__" }), NOT_FOUND);
  const extension = { containingType: "Tensor", extensionNumber: 9 };
  assert.equal(await codeOf({ case: "fileContainingExtension", value: extension }), NOT_FOUND);
  assert.equal(await codeOf({ case: "allExtensionNumbersOfType", value: "Tensor" }), NOT_FOUND);
  assert.equal(await codeOf({ case: undefined }), INVALID_ARGUMENT);
  await end();
  await server.close(0);
});

Deno.test("reflectionStreams() refuses what is no request with INVALID_ARGUMENT", async () => {
  const server = await serveStreams(reflectionStreams());
  await using client = serviceClient(server.port);
  const { stream, answers } = conversation(client);
  stream.write(Uint8Array.of(0x0a, 9));
  await assert.rejects(answers.next(), { code: grpc.status.INVALID_ARGUMENT });
  await server.close(0);
});

Deno.test("serve() ends an open conversation at once when it closes", async () => {
  const server = await serveStreams(reflectionStreams());
  await using client = serviceClient(server.port);
  const { ask, answers } = conversation(client);
  await ask({ case: "listServices", value: "" });
  const ended = assert.rejects(answers.next(), { code: grpc.status.UNAVAILABLE });
  await server.close(86_400_000);
  await ended;
});

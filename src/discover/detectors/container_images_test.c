/* SPDX-License-Identifier: Apache-2.0 */
/* Which images of which files are AI software, and what only looks like one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/detector_test.h"

extern const struct detector DETECTOR_CONTAINER_IMAGES;
#define DET &DETECTOR_CONTAINER_IMAGES
#define HEX "0123456789abcdef0123456789abcdef"

/* The kinds, names, tags and places that a file gives, one line each. */
static void gives(const char *path, const char *text, const char *want)
{
    AUTO(detector_run) r = {.detector = DET, .path = path, .content = str_z(text)};
    AUTO(buf) got = BUF_INIT;

    buf_addz(&got, "");
    detector_dump(&r);
    for (size_t i = 0; i < r.facts.n; i++) {
        const struct fact *f = &r.facts.v[i];
        if (f->type != FACT_ASSET) {
            buf_addz(&got, "gap\n");
            continue;
        }
        buf_addf(&got, "%s " STR_FMT, kind_info(f->asset.kind)->name, STR_ARG(f->asset.name));
        for (size_t k = 0; k < f->asset.n_attrs; k++)
            if (!strcmp(attr_info(f->asset.attrs[k].attr)->name, "tag"))
                buf_addf(&got, " %s" STR_FMT,
                         f->asset.attrs[k].state == STATE_UNRESOLVED ? "?" : "",
                         STR_ARG(f->asset.attrs[k].value.text));
        buf_addf(&got, " @%u:%u " STR_FMT "\n", f->at.line, f->at.column, STR_ARG(f->at.pointer));
    }
    assert_int_equal(buf_result(&got), 0);
    if (strcmp(got.n ? got.p : "", want))
        fail_msg("%s:\n%s\n-> %s\nnot %s", path, text, got.n ? got.p : "", want);
}

static void test_whole(void **state UNUSED)
{
    detector_says(DET, "compose.yaml", "services:\n  o:\n    image: ollama/ollama:${T:-0.5}\n",
                  "0 asset inference_server Ollama @3:12 /services/o/image\n"
                  "  product = ollama (resolved)\n"
                  "  role = inference-server (resolved)\n"
                  "  catalog_row = ollama images ollama/ollama (resolved)\n"
                  "  image = ollama/ollama\n"
                  "  tag = 0.5 (default)\n"
                  "  digest absent\n"
                  "  version_state = tag (default)\n"
                  "  defined_by = compose\n");
    detector_says(DET, "Dockerfile", "FROM r.example:5000/m/ollama/ollama@sha256:" HEX "\n",
                  "0 asset inference_server Ollama @1:6\n"
                  "  product = ollama (inferred)\n"
                  "  role = inference-server (inferred)\n"
                  "  catalog_row = ollama images ollama/ollama (inferred)\n"
                  "  image = r.example:5000/m/ollama/ollama\n"
                  "  tag absent\n"
                  "  digest = sha256:" HEX "\n"
                  "  version_state = digest\n"
                  "  defined_by = dockerfile\n");
}

static void test_kinds(void **state UNUSED)
{
    gives("x/Dockerfile.gpu",
          "ARG V=1\nFROM --platform=$P vllm/vllm-openai:$V AS a\nFROM a\n"
          "COPY --from=qdrant/qdrant / /\nFROM scratch\n",
          "inference_server vLLM 1 @2:20 \nvector_store Qdrant  @4:13 \n");
    gives("docker-compose.yml",
          "services:\n  g: {image: 'ghcr.io/berriai/litellm:$T'}\n  w: {image: "
          "ghcr.io/open-webui/open-webui}\n",
          "gateway LiteLLM ? @2:14 /services/g/image\n"
          "deployment Open WebUI  @3:14 /services/w/image\n");
}

static void test_compose(void **state UNUSED)
{
    gives("a.yml", "x: &o {image: ollama/ollama:1}\nservices:\n  a:\n    <<: *o\n",
          "inference_server Ollama 1 @1:15 /x/image\n");
    gives("a.yml", "x: &i ollama/ollama:1\nservices:\n  a:\n    image: *i\n",
          "inference_server Ollama 1 @4:12 /services/a/image\n");
    gives("compose.json", "{\"services\": {\"a\": {\"image\": \"ollama/ollama\"}}}",
          "inference_server Ollama  @1:30 /services/a/image\n");
    gives("a.yml",
          "services:\n  a: ollama/ollama\n  b: [ollama/ollama]\n  c: {image: [ollama/ollama]}\n",
          "");
    gives("a.yml", "services: ollama/ollama\nimage: ollama/ollama\n", "");
}

static void test_pipelines(void **state UNUSED)
{
    gives(
        ".github/workflows/ci.yml",
        "jobs:\n  a:\n    container: ollama/ollama\n    services:\n      q:\n        image: "
        "qdrant/qdrant:1\n    steps:\n    - uses: docker://chromadb/chroma\n    - uses: "
        "ollama/ollama@v1\n    - run: echo docker run ollama/ollama\n  b:\n    container: {image: "
        "ollama/ollama}\n  c: ollama/ollama\n",
        "inference_server Ollama  @3:16 /jobs/a/container\n"
        "vector_store Qdrant 1 @6:16 /jobs/a/services/q/image\n"
        "vector_store Chroma  @8:13 /jobs/a/steps/0/uses\n"
        "inference_server Ollama  @12:24 /jobs/b/container/image\n");
    gives("x/action.yml", "runs:\n  using: docker\n  image: docker://ollama/ollama:1\n",
          "inference_server Ollama 1 @3:10 /runs/image\n");
    gives(".gitlab-ci.yml",
          "image: ollama/ollama\nj:\n  image: {name: 'qdrant/qdrant:2'}\n  services:\n  - "
          "chromadb/chroma\n  - name: ollama/ollama\n",
          "inference_server Ollama  @1:8 /image\n"
          "vector_store Qdrant 2 @3:17 /j/image/name\n"
          "vector_store Chroma  @5:5 /j/services/0\n"
          "inference_server Ollama  @6:11 /j/services/1/name\n");
    gives(".circleci/config.yml", "jobs:\n  b:\n    docker:\n    - image: ollama/ollama\n",
          "inference_server Ollama  @4:14 /jobs/b/docker/0/image\n");
    gives(".devcontainer/devcontainer.json", "{\"image\": \"ollama/ollama\", // x\n}",
          "inference_server Ollama  @1:11 /image\n");
    gives("ecs/task-definition.json",
          "{\"containerDefinitions\": [{\"name\": \"a\", \"image\": \"ollama/ollama\"}]}",
          "inference_server Ollama  @1:50 /containerDefinitions/0/image\n");
}

static void test_clusters(void **state UNUSED)
{
    gives(
        "k.yaml",
        "apiVersion: v1\nkind: ConfigMap\ndata: {image: ollama/ollama}\n---\napiVersion: v1\nkind: "
        "Pod\nspec:\n  containers:\n  - image: ollama/ollama:1\n",
        "inference_server Ollama 1 @9:12 /spec/containers/0/image\n");
    gives("values.yaml",
          "a:\n  image: {registry: ghcr.io, repository: berriai/litellm, tag: 1.2}\nb: {image: "
          "'ollama/ollama:1'}\nc: {repository: qdrant/qdrant}\n",
          "gateway LiteLLM 1.2 @2:42 /a/image/repository\n"
          "inference_server Ollama 1 @3:12 /b/image\n"
          "vector_store Qdrant  @4:17 /c/repository\n");
    gives("templates/a.yaml", "spec:\n{{- if .x }}\n  image: ollama/ollama\n{{- end }}\n", "gap\n");
}

static void test_scripts(void **state UNUSED)
{
    gives("up.sh",
          "set -e\nsudo docker run -d --name ollama/ollama \\\n  -v a:/b ollama/ollama:1 serve\n",
          "inference_server Ollama 1 @3:11 \n");
    gives("Makefile", "up:\n\t@podman pull qdrant/qdrant && docker create chromadb/chroma\n",
          "vector_store Qdrant  @2:15 \nvector_store Chroma  @2:46 \n");
    gives("a.service", "[Service]\nExecStart=/usr/bin/nerdctl --namespace n run ollama/ollama\n",
          "inference_server Ollama  @2:46 \n");
    gives(".github/workflows/a.yml",
          "jobs:\n  a:\n    steps:\n    - run: |\n        docker pull ollama/ollama:$V\n    - run: "
          "docker run ghcr.io/berriai/litellm\n",
          "inference_server Ollama ? @5:21 \ngateway LiteLLM  @6:23 \n");
    gives(
        ".github/workflows/b.yml",
        "jobs:\n  a:\n    steps:\n    - run: docker run -v ${{ env.V }}:/d ollama/ollama:${{ env.T "
        "}}\n",
        "inference_server Ollama ? @4:42 \n");
    gives("package.json", "{\"scripts\": {\"db\": \"docker run -p 1:1 qdrant/qdrant\"}}",
          "vector_store Qdrant  @1:20 /scripts/db\n");
    gives("a.sh",
          "# docker run ollama/ollama\necho docker run ollama/ollama\necho \"docker run "
          "ollama/ollama\"\ndocker run alpine ollama/ollama\ndocker run --name ollama/ollama x\n"
          "docker exec ollama/ollama\ndocker build -t ollama/ollama .\nrun ollama/ollama\ndocker "
          "run\n",
          "");
}

static void test_settings(void **state UNUSED)
{
    gives("main.tf",
          "resource \"docker_container\" \"o\" {\n  image = \"ollama/ollama:1\"\n}\nvariable "
          "\"image\" {\n  default = \"qdrant/qdrant:2\"\n}\nx = jsonencode([{ \"image\" : "
          "\"chromadb/chroma\" }])\n",
          "inference_server Ollama 1 @2:12 \nvector_store Qdrant 2 @5:14 \n"
          "vector_store Chroma  @7:30 \n");
    gives("main.tf",
          "# image = \"ollama/ollama\"\nname = \"ollama/ollama\"\nvariable \"x\" {\n  default = "
          "\"ollama/ollama\"\n}\nimage = [\"ollama/ollama\"]\n",
          "");
    gives("kustomization.yaml",
          "images:\n- name: app\n  newName: ollama/ollama\n  newTag: 0.5\n- name: qdrant/qdrant\n",
          "inference_server Ollama 0.5 @3:12 /images/0/newName\n"
          "vector_store Qdrant  @5:9 /images/1/name\n");
    gives("kustomization.yaml", "images: ollama/ollama\nresources: [ollama/ollama]\n", "");
    gives("o.container", "[Container]\nImage=docker.io/ollama/ollama:1\nExec=ollama/ollama\n",
          "inference_server Ollama 1 @2:7 \n");
    gives("docker-compose.override.yml", "services:\n  a: {image: ollama/ollama}\n",
          "inference_server Ollama  @2:14 /services/a/image\n");
    gives("ecs-service.json", "{\"containerDefinitions\": [{\"image\": \"ollama/ollama\"}]}",
          "inference_server Ollama  @1:37 /containerDefinitions/0/image\n");
}

static void test_mcp(void **state UNUSED)
{
    gives("compose.yml", "services:\n  a: {image: mcp/fetch}\n  b: {image: mcp/fetch-webui}\n",
          "mcp_server fetch @2:14 /services/a/image\n");
    gives("compose.yml", "services:\n  a: {image: docker/mcp-gateway}\n",
          "deployment Docker MCP Gateway  @2:14 /services/a/image\n");
    gives("compose.yml",
          "services:\n  a: {image: cognee/cognee-mcp}\n  b: {image: cognee/cognee}\n",
          "mcp_server cognee-mcp @2:14 /services/a/image\n"
          "deployment Cognee  @3:14 /services/b/image\n");
}

static void test_near_misses(void **state UNUSED)
{
    static const char *const names[] = {"ollama/ollama-webui",
                                        "ollama-webui",
                                        "ollama",
                                        "someone/ollama",
                                        "xollama/ollama",
                                        "ollama/ollama/x",
                                        "ollama/ollamas",
                                        "ghcr.io/ollama/ollama",
                                        "quay.io/a/ollama/ollama",
                                        "Ollama/ollama",
                                        "ollama/ollama x",
                                        "https://ollama/ollama",
                                        "ollama/ollama:",
                                        "$X",
                                        "${A}/${B}",
                                        "ollama/$X"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char text[128];
        snprintf(text, sizeof(text), "services:\n  a:\n    image: \"%s\"\n", names[i]);
        gives("compose.yml", text, "");
        snprintf(text, sizeof(text), "FROM %s\n", names[i]);
        if (!strchr(names[i], ' '))
            gives("Dockerfile", text, "");
    }
    gives("compose.yml",
          "services:\n  # image: ollama/ollama\n  a:\n    command: 'image: "
          "ollama/ollama'\n    description: |\n      image: ollama/ollama\n",
          "");
    gives("Dockerfile",
          "# FROM ollama/ollama\nRUN echo FROM ollama/ollama\nENV I=ollama/ollama\n"
          "LABEL image=ollama/ollama\nRUN <<E\nFROM ollama/ollama\nE\n",
          "");
    gives("list.yaml", "- image: ollama/ollama\n", "");
    gives("page.yaml", "image: ollama/ollama\ntitle: x\n", "");
    detector_says(DET, "README.md", "FROM ollama/ollama\n", "not wanted\n");
    detector_says(DET, "Dockerfile.md", "FROM ollama/ollama\n", "not wanted\n");
    detector_says(DET, "data.json", "{}", "not wanted\n");
}

static void test_malformed(void **state UNUSED)
{
    gives("compose.yml", "services:\n  a: {image: ollama/ollama\n b: [\n", "gap\n");
    gives("devcontainer.json", "ollama/ollama", "gap\n");
    gives("compose.yml", "", "");
    gives("Dockerfile", "FROM", "");
}

static void test_survives(void **state UNUSED)
{
    detector_survives(DET, "compose.yml",
                      "x: 1\n---\nservices:\n  a: {image: '${X:-ollama/ollama}:1'}\n");
    detector_survives(DET, "a.sh", "docker run -e A=b ollama/ollama:${T:-1}\n");
    detector_survives(DET, "a.tf", "image = \"ollama/ollama:${var.t}\"\n");
    detector_survives(DET, "compose.yml", "services:\n  a: {image: mcp/fetch}\n");
    detector_survives(DET, "Dockerfile", "ARG V=1\nFROM ollama/ollama:$V AS x\nFROM x\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),    cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_compose),  cmocka_unit_test(test_pipelines),
        cmocka_unit_test(test_clusters), cmocka_unit_test(test_near_misses),
        cmocka_unit_test(test_scripts),  cmocka_unit_test(test_settings),
        cmocka_unit_test(test_mcp),      cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The hook's parsers with the bytes that libFuzzer makes from the corpus, some seconds each. {@code
 * ./verify fuzz} runs the same fuzzers for longer.
 */
class FuzzTest {
  @TempDir static Path fuzzers;
  @TempDir Path folder;

  @BeforeAll
  static void build() throws IOException, InterruptedException {
    Needs.command("clang");
    String fuzzer = "echo 'int LLVMFuzzerTestOneInput(void) { return 0; }'";
    Process compiler =
        new ProcessBuilder("sh", "-c", fuzzer + " | clang -fsanitize=fuzzer -x c -o /dev/null -")
            .start();
    Needs.that(compiler.waitFor() == 0, "clang has no libFuzzer: install libclang-rt-dev");
    Run.tool("sh", Shim.build().toString(), "--fuzz", fuzzers.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"record", "answer", "gates", "conf"})
  void hostileBytesBreakNoParser(String parser) throws IOException, InterruptedException {
    Path corpus = Shim.build().resolveSibling("fuzz").resolve("corpus").resolve(parser);
    assertThat(corpus).isNotEmptyDirectory();
    Path log = folder.resolve("log");
    Process fuzzer =
        new ProcessBuilder(
                List.of(
                    fuzzers.resolve("fuzz_" + parser).toString(),
                    "-max_total_time=4",
                    "-artifact_prefix=" + folder + "/",
                    Files.createDirectory(folder.resolve("new")).toString(),
                    corpus.toString()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    int exit = fuzzer.waitFor();
    String said = Files.readString(log);
    assertThat(exit).as(said).isZero();
    assertThat(said).contains("Done ");
  }
}

package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** build.sh, with any compiler and with none. */
class BuildTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"musl-gcc", "gcc"})
  void theShimIsOneStaticFileThatKnowsItsVersion(String compiler) throws IOException {
    Needs.command(compiler);
    Needs.command("readelf");
    String said = build("CC=" + compiler, "VERSION=1.2.3-x");
    assertThat(said).contains("hookbridge-hook 1.2.3-x: ok");
    assertThat(said.contains("gcc links the hook with glibc")).isEqualTo(compiler.equals("gcc"));
    Path shim = folder.resolve("hookbridge-hook");
    assertThat(Run.tool("readelf", "-lW", shim.toString()))
        .contains("LOAD")
        .doesNotContain("INTERP")
        .doesNotContain("RWE");
    assertThat(Run.tool(shim.toString(), "--version")).isEqualTo("1.2.3-x\n");
    Trial trial = new Trial(folder.resolve("trial"));
    Run run = Run.of(shim).environment("HOOKBRIDGE_DATA_DIR", trial.folder.toString());
    assertThat(run.stdin("<domain/>".getBytes()).run().exit()).isZero();
    assertThat(trial.onlyCall().field("shim")).isEqualTo("1.2.3-x");
  }

  @Test
  void withoutACompilerTheRemedyIsNamed() throws IOException {
    assertThat(build("CC=no-such-compiler")).contains("install musl-tools or gcc").hasLineCount(1);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void packagesRefuseAHookThatIsLinkedWithGlibc() throws Exception {
    Path libexec = Files.createDirectories(folder.resolve("distribution/libexec"));
    Files.writeString(libexec.resolve("hookbridge-hook"), "GLIBC_TUNABLES");
    Path target = Files.createDirectory(folder.resolve("target"));
    Process staging =
        new ProcessBuilder(
                Repository.file("deploy/package/stage.sh").toString(),
                libexec.getParent().toString(),
                target.toString(),
                "1.2.3",
                "2026-01-01T00:00:00Z")
            .redirectErrorStream(true)
            .start();
    String said = new String(staging.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(staging.waitFor()).isEqualTo(1);
    assertThat(said).contains("linked with musl: install musl-tools", "-Dpackages.skip=true");
  }

  private String build(String... environment) throws IOException {
    String[] command = new String[environment.length + 4];
    command[0] = "env";
    System.arraycopy(environment, 0, command, 1, environment.length);
    command[environment.length + 1] = "sh";
    command[environment.length + 2] = Shim.build().toString();
    command[environment.length + 3] = folder.toString();
    return Run.tool(command);
  }
}

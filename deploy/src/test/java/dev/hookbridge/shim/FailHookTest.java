package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a hook may fail, and that shim.conf is only believed when it is whole and root's. */
@ParameterizedClass
@EnumSource(Shim.class)
class FailHookTest {
  private static final String FAIL = "when-full: fail-hook\nreserve: 100%\n";

  @Parameter Shim shim;
  @TempDir Path folder;
  private Trial trial;

  @BeforeEach
  void makeFolder() throws IOException {
    trial = new Trial(folder);
  }

  @ParameterizedTest
  @CsvSource({
    "qemu, prepare, 1, 1",
    "qemu, start, 1, 1",
    "qemu, migrate, 1, 1",
    "qemu, restore, 1, 1",
    "qemu, started, 0, 1",
    "qemu, stopped, 0, 0",
    "qemu, release, 0, 0",
    "qemu, attach, 0, 0",
    "qemu, reconnect, 0, 0",
    "qemu, '', 0, 0",
    "qemu, unheard-of, 0, 0",
    "lxc, prepare, 1, 1",
    "lxc, start, 1, 1",
    "lxc, started, 0, 1",
    "lxc, reconnect, 0, 0",
    "libxl, prepare, 1, 1",
    "libxl, migrate, 1, 1",
    "libxl, started, 0, 1",
    "libxl, reconnect, 0, 0",
    "bhyve, start, 1, 1",
    "bhyve, started, 0, 1",
    "network, start, 1, 1",
    "network, started, 0, 0",
    "network, port-created, 0, 1",
    "network, updated, 0, 0",
    "network, plugged, 0, 0",
    "network, prepare, 0, 0",
    "network, reconnect, 0, 0",
    "daemon, start, 0, 0",
    "daemon, shutdown, 0, 0",
    "daemon, reload, 0, 0",
    "other, start, 0, 0",
    "other, reconnect, 0, 0"
  })
  void onlyWhatLibvirtLetsAHookAbortFails(String driver, String word, int plain, int allowed)
      throws IOException {
    assertThat(exit(FAIL, driver, word)).isEqualTo(plain);
    assertThat(exit(FAIL + "allow-destructive: started port-created\n", driver, word))
        .isEqualTo(allowed);
    assertThat(exit("when-full: pass\nreserve: 100%\n", driver, word)).isZero();
    assertThat(exit("reserve: 100%\nallow-destructive: started\n", driver, word)).isZero();
    assertThat(trial.lost()).hasSize(4);
  }

  @Test
  void theReasonIsOneSentenceOnStderr() throws IOException {
    trial.conf(FAIL);
    Run.Ended ended = Run.of(shim, folder).run();
    assertThat(ended.exit()).isEqualTo(1);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .isEqualTo(
            "hookbridge: the call could not be written to %s (too little space left): free some,"
                + " or set when-full: pass in shim.conf%n",
            folder)
        .hasSizeLessThanOrEqualTo(1024);
  }

  @Test
  void theReasonIsPrintableWhateverThePath() throws IOException {
    trial.conf("when-full: fail-hook\ndata-dir: /no\u001b[31m-ä/" + "x".repeat(3000) + "\n");
    Run.Ended ended = Run.of(shim, folder).run();
    assertThat(ended.exit()).isEqualTo(1);
    assertThat(ended.err()).matches("[ -~ä]{1,1022}\n").contains("/no?[31m-ä/xxx");
  }

  @Test
  void aMissingDataFolderFailsTheHookToo() throws IOException {
    trial.conf("when-full: fail-hook\ndata-dir: " + folder.resolve("missing"));
    Run.Ended ended = Run.of(shim, folder).run();
    assertThat(ended.exit()).isEqualTo(1);
    assertThat(ended.err()).contains(folder.resolve("missing") + " (no such folder)");
    assertThat(folder.resolve("missing")).doesNotExist();
    assertThat(trial.lost()).hasSize(1);
  }

  @Test
  void dataDirNamesAnotherFolder() throws IOException {
    Path other = folder.resolve("other");
    Trial elsewhere = new Trial(other);
    trial.conf("# where\n\n  data-dir :  x\r\ndata-dir:" + other + " # there\r\n");
    assertThat(exit(null, "qemu", "start")).isZero();
    assertThat(elsewhere.calls()).hasSize(1);
    assertThat(trial.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "when-full: fail",
        "when-full: fail-hook x",
        "When-full: fail-hook",
        "when-full fail-hook",
        "when-full: fail-hook\nwhen-full: nonsense",
        "# when-full: fail-hook",
        "when-full: # fail-hook"
      })
  void aBadValueMeansTheDefault(String text) throws IOException {
    assertThat(exit("reserve: 100%\n" + text, "qemu", "start")).isZero();
    assertThat(trial.lost()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0", "1, 0", "1KiB, 0", "1 MiB, 0", "0%, 0", "100 %, 1", "8388608GiB, 1",
    "101%, 0", "-1, 0", "1TiB, 0", "GiB, 0", "99999999999999999999GiB, 0", "'', 0", "5%x, 0"
  })
  void theReserveIsBytesOrAShare(String reserve, int exit) throws IOException {
    assertThat(exit("when-full: fail-hook\nreserve: " + reserve, "qemu", "start")).isEqualTo(exit);
    assertThat(trial.files()).hasSize(1 - exit);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-rw-r--", "rw-r--rw-"})
  void settingsThatOthersCanWriteAreNotBelieved(String mode) throws IOException {
    trial.conf(FAIL);
    Files.setPosixFilePermissions(
        folder.resolve("etc/shim.conf"), PosixFilePermissions.fromString(mode));
    assertThat(exit(null, "qemu", "start")).isZero();
    assertThat(trial.calls()).hasSize(1);
  }

  @Test
  void settingsThatAreALinkOrTooLongOrBinaryAreNotBelieved() throws IOException {
    Path conf = folder.resolve("etc/shim.conf");
    Files.createSymbolicLink(conf, Files.writeString(folder.resolve("real"), FAIL));
    assertThat(exit(null, "qemu", "start")).isZero();
    Files.delete(conf);
    assertThat(exit(FAIL + "#".repeat(17_000), "qemu", "start")).isZero();
    assertThat(exit(FAIL + "\0", "qemu", "start")).isZero();
    Files.delete(conf);
    Run.tool("mkfifo", conf.toString());
    assertThat(exit(null, "qemu", "start")).isZero();
    Files.delete(conf);
    Files.createDirectory(conf);
    assertThat(exit(null, "qemu", "start")).isZero();
    assertThat(trial.calls()).hasSize(5);
  }

  private int exit(String conf, String driver, String operation) throws IOException {
    if (conf != null) {
      trial.conf(conf);
    }
    Run.Ended ended =
        Run.of(shim, folder)
            .as("/etc/libvirt/hooks/" + driver)
            .with("g", operation, "begin", "-")
            .run();
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err().isEmpty()).isEqualTo(ended.exit() == 0);
    return ended.exit();
  }
}

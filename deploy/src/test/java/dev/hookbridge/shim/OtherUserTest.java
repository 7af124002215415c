package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Root's installation, whose mailbox the agent's user reads, and callers who are not root. */
@ParameterizedClass
@EnumSource(Shim.class)
class OtherUserTest {
  private static final String NOBODY = "65534";

  @Parameter Shim shim;
  @TempDir Path folder;

  @BeforeEach
  void needsRoot() throws IOException {
    Needs.root();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void rootGivesTheFileToTheAgent() throws IOException {
    Path data = installed();
    assertThat(Run.of(shim, data).stdin("<domain/>".getBytes()).run().exit()).isZero();
    assertThat(Run.tool("find", data + "/mail/new", "-type", "f", "-printf", "%u %G %m\n"))
        .isEqualTo("nobody " + NOBODY + " 600\n");
  }

  @Test
  void aUserWithATrialFolderOfHisOwnIsServed() throws IOException {
    Trial trial = new Trial(folder.resolve("trial"));
    Run.tool("chown", "-R", NOBODY, trial.folder.toString());
    Run.tool("chmod", "g+w", trial.mail().toString(), trial.run().toString()); // a umask of 002
    assertThat(asNobody(Run.of(shim, trial.folder)).exit()).isZero();
    assertThat(trial.calls()).hasSize(1);

    trial.conf("when-full: fail-hook\nreserve: 100%\n");
    assertThat(asNobody(Run.of(shim, trial.folder)).exit()).isOne();
    assertThat(asNobody(reconnect(Run.of(shim, trial.folder))).exit()).isZero();
    assertThat(trial.lost()).hasSize(2);
  }

  @Test
  void withoutASettingAUsersFolderIsBelowHisHome() throws IOException {
    Trial home = new Trial(folder.resolve(".local/share/hookbridge"));
    Trial xdg = new Trial(folder.resolve("xdg/hookbridge"));
    Run.tool("chown", "-R", NOBODY, folder.toString());
    Run run = Run.of(shim, folder).without("HOOKBRIDGE_DATA_DIR");
    assertThat(asNobody(run.environment("HOME", folder.toString())).exit()).isZero();
    assertThat(home.calls()).hasSize(1);
    assertThat(asNobody(run.environment("XDG_DATA_HOME", "" + folder.resolve("xdg"))).exit())
        .isZero();
    assertThat(asNobody(run.environment("XDG_DATA_HOME", "xdg")).exit()).isZero();
    assertThat(home.calls()).hasSize(2);
    assertThat(xdg.calls()).hasSize(1);
  }

  @Test
  void aSessionDaemonThatMeetsRootsMailboxIsSilent() throws IOException {
    Path data = installed();
    Path etc = Files.createDirectories(data.resolve("etc"));
    Files.writeString(etc.resolve("shim.conf"), "when-full: fail-hook\n");
    Files.createDirectories(data.resolve("run"));
    assertSilent(Run.of(shim, data).option("uid=65533").run());
    assertSilent(reconnect(Run.of(shim, data)).option("uid=65533").run());
    assertThat(data.resolve("run")).isEmptyDirectory();
    assertThat(data.resolve("mail/new")).isEmptyDirectory();
  }

  @Test
  void aUserWithoutAnythingIsSilent() throws IOException {
    Run run = Run.of(shim, folder).without("HOOKBRIDGE_DATA_DIR");
    assertSilent(asNobody(run));
    assertSilent(asNobody(run.environment("HOME", "/nonexistent")));
    assertSilent(asNobody(run.environment("HOME", "")));
    assertSilent(asNobody(run.environment("HOOKBRIDGE_DATA_DIR", "relative")));
    assertThat(folder).isEmptyDirectory();
  }

  /** {@link NoProcessTest} says what else holds then. */
  @Test
  void withoutRoomForAHelperTheHookWritesTheCall() throws IOException {
    Trial trial = new Trial(folder);
    // A user of this test alone: any other process of his, dying or not, would take the room.
    long user = 40_000 + 2 * (ProcessHandle.current().pid() % 10_000) + shim.ordinal();
    Run.tool("chown", "-R", "" + user, folder.toString());
    Run run = Run.of(shim, folder).option("nproc=1").option("uid=" + user);
    assertSilent(run.run());
    assertSilent(reconnect(run).run());
    assertThat(trial.calls()).hasSize(2);
    assertThat(trial.lost()).isEmpty();
  }

  private static Run reconnect(Run run) {
    return run.with("g", "reconnect", "begin", "-");
  }

  private static Run.Ended asNobody(Run run) throws IOException {
    return run.option("uid=" + NOBODY).under("env", "-C", "/").run();
  }

  private static void assertSilent(Run.Ended ended) {
    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).isEmpty();
  }

  private Path installed() throws IOException {
    Run.tool("sh", "" + Shim.layout(), "--root", "" + folder, "--user", "nobody", "--no-user");
    return folder.resolve("var/lib/hookbridge");
  }
}

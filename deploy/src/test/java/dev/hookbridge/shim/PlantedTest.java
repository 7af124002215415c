package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Deadline;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Root walks where a less trusted user writes: nothing planted there is followed, opened or hung
 * in.
 */
@ParameterizedClass
@EnumSource(Shim.class)
class PlantedTest {
  @Parameter Shim shim;
  @TempDir Path outer;
  private Path folder;
  private Path victim;
  private Trial trial;

  @BeforeEach
  void makeFolders() throws IOException {
    folder = Files.createDirectory(outer.resolve("trial"));
    victim = Files.createDirectory(outer.resolve("victim"));
    trial = new Trial(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mail", "mail/new"})
  void aLinkInPlaceOfAFolderIsNotFollowed(String name) throws IOException {
    Path elsewhere = victim.resolve("moved");
    Files.move(folder.resolve(name), elsewhere);
    Files.createSymbolicLink(folder.resolve(name), elsewhere);
    succeeds();
    assertThat(trial.lost()).hasSize(2);
    try (var files = Files.walk(outer)) {
      assertThat(files.filter(file -> file.getFileName().toString().matches(Trial.NAME))).isEmpty();
    }
  }

  @Test
  void aLinkAboveTheDataFolderIsNotFollowedEither() throws IOException {
    Path link = Files.createSymbolicLink(outer.resolve("link"), outer);
    String through = link.resolve("trial").toString();
    Run.Ended ended = Run.of(shim, folder).environment("HOOKBRIDGE_DATA_DIR", through).run();
    assertThat(ended.exit()).isZero();
    assertThat(trial.files()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mail", "mail/new"})
  void aFifoInPlaceOfAFolderHangsNobody(String name) throws IOException {
    Run.tool("rm", "-r", folder.resolve(name).toString());
    Run.tool("mkfifo", folder.resolve(name).toString());
    succeeds();
    assertThat(trial.lost()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lost", "log", "late"})
  void plantedFilesInRunAreLeftAlone(String name) throws IOException {
    Run.tool("rm", "-r", trial.mail().toString());
    Path file = trial.run().resolve(name);
    Path target = Files.writeString(victim.resolve("target"), "precious");

    Files.createSymbolicLink(file, target);
    succeeds();
    Files.delete(file);
    Files.createLink(file, target);
    succeeds();
    Files.delete(file);
    Run.tool("mkfifo", file.toString());
    succeeds();
    Files.delete(file);
    Files.createDirectory(file);
    succeeds();
    assertThat(target).hasContent("precious");
    assertThat(file).isEmptyDirectory();
  }

  @Test
  void aLinkInPlaceOfRunIsNotFollowed() throws IOException {
    Run.tool("rm", "-r", trial.mail().toString(), trial.run().toString());
    Files.createSymbolicLink(trial.run(), victim);
    succeeds();
    assertThat(victim).isEmptyDirectory();
  }

  @Test
  void aMailboxOfAnotherUserIsNotWalkedInto() throws IOException {
    Needs.root();
    Run.tool("chown", "65534", trial.mail().toString());
    succeeds();
    assertThat(trial.files()).isEmpty();
    assertThat(trial.lost()).hasSize(2).allMatch(line -> line.endsWith(" 1"));
  }

  @Test
  void aMailboxThatOthersCanChangeIsNotWalkedInto() throws IOException {
    Files.setPosixFilePermissions(trial.mail(), PosixFilePermissions.fromString("rwxr-xrwx"));
    succeeds();
    assertThat(trial.files()).isEmpty();
  }

  @Test
  void aRunFolderOfAnotherUserIsNotWrittenTo() throws IOException {
    Needs.root();
    Run.tool("rm", "-r", trial.mail().toString());
    Run.tool("chown", "65534", trial.run().toString());
    succeeds();
    assertThat(trial.run()).isEmptyDirectory();
  }

  @Test
  void settingsOfAnotherUserAreNotBelieved() throws IOException {
    Needs.root();
    trial.conf("when-full: fail-hook\nreserve: 100%\n");
    Run.tool("chown", "65534", folder.resolve("etc/shim.conf").toString());
    succeeds();
    assertThat(trial.calls()).hasSize(2);
  }

  @Test
  void aDataFolderOfAnotherUserNeverFailsAHook() throws IOException {
    Needs.root();
    trial.conf("when-full: fail-hook\nreserve: 100%\n");
    Run.tool("chown", "65534", folder.toString());
    succeeds();
    assertThat(trial.lost()).hasSize(2);
  }

  private void succeeds() throws IOException {
    for (String operation : new String[] {"reconnect", "start"}) {
      Run.Ended ended = Run.of(shim, folder).with("g", operation, "begin", "-").run();
      assertThat(ended.exit()).isZero();
      assertThat(ended.out()).isEmpty();
      assertThat(ended.err()).isEmpty();
      Deadline.kept(Duration.ZERO, ended.took());
    }
  }
}

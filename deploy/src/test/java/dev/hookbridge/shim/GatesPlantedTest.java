package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A gates file that is not what it seems is not read, and nobody hangs in it. */
@ParameterizedClass
@EnumSource(Shim.class)
class GatesPlantedTest extends GatesTrial {

  @Test
  void nonRegularFileIsNotRead() throws IOException {
    gate.rules(RULE);
    Path real = outer.resolve("real");
    Files.move(file, real);
    Files.createSymbolicLink(file, real);
    assertGated(false, "damaged");
    Files.delete(file);
    Files.createLink(file, real);
    assertGated(false, "damaged");
    Files.delete(file);
    Run.tool("mkfifo", file.toString());
    assertGated(false, "damaged");
    Files.delete(file);
    Files.createDirectory(file);
    assertGated(false, "damaged");
    Files.delete(file);
    Files.createSymbolicLink(file, Path.of("/dev/zero"));
    assertGated(false, "damaged");
    Files.delete(file);
    gate.bind(1);
    Files.move(trial.gates().resolve("gate.sock"), file);
    assertGated(false, "damaged");
    gate.close();
  }

  @Test
  void replacedFolderIsNotFollowed() throws IOException {
    gate.rules(RULE);
    Path elsewhere = outer.resolve("moved");
    Files.move(trial.gates(), elsewhere);
    Files.createSymbolicLink(trial.gates(), elsewhere);
    assertGated(false, "damaged");
    Files.delete(trial.gates());
    Run.tool("mkfifo", trial.gates().toString());
    assertGated(false, "damaged");
    Files.delete(trial.gates());
    Files.createFile(trial.gates());
    assertGated(false, "damaged");
  }

  @Test
  void aFileOfAnotherUserIsNotRead() throws IOException {
    Needs.root();
    gate.rules(RULE);
    Run.tool("chown", "65534", file.toString());
    assertGated(false, "damaged");
    Run.tool("chown", "65534", trial.gates().toString());
    assertGated(true, null);
  }

  @Test
  void inADataFolderThatIsNotTheCallersNothingIsGated() throws IOException {
    Needs.root();
    gate.rules(RULE);
    Run.tool("chown", "65534", folder.toString());
    assertGated(false, null);
  }

  @Test
  void inADataFolderThatOthersCanChangeNothingIsGated() throws IOException {
    gate.rules(RULE);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xrwx"));
    assertGated(false, null);
  }

  /** The agent replaces the file while hooks read it: they see the old one or the new. */
  @Test
  void aFileThatIsReplacedWhileItIsReadGates() throws Exception {
    gate.rules(RULE);
    AtomicBoolean done = new AtomicBoolean();
    Thread agent =
        new Thread(
            () -> {
              try {
                while (!done.get()) {
                  gate.rules(RULE);
                }
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    agent.start();
    try {
      for (int i = 0; i < 100; i++) {
        assertThat(Run.of(shim, folder).run().exit()).isOne();
      }
    } finally {
      done.set(true);
      agent.join();
    }
    assertThat(trial.calls()).hasSize(100).noneMatch(call -> call.fields.containsKey("gates"));
  }
}

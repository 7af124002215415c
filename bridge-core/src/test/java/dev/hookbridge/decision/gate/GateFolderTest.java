package dev.hookbridge.decision.gate;

import static dev.hookbridge.decision.TestRule.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.decision.Rig;
import dev.hookbridge.decision.WithRig;
import dev.hookbridge.mailbox.Boot;
import dev.hookbridge.testing.FakeTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What the gate leaves in its folder, and finds there. */
class GateFolderTest extends WithRig {
  @Test
  void itShowsThatItIsAlive() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a"))) {
      String first = stamp();
      assertThat(first).matches("[0-9]{20}");
      assertThat(Boot.ofKernel().now() - Long.parseLong(first))
          .isBetween(0L, Rig.PATIENCE.toNanos());
      Awaitility.await("the next stamp").atMost(Rig.PATIENCE).until(() -> !stamp().equals(first));
      assertThat(PosixFilePermissions.toString(permissions("alive"))).isEqualTo("rw-------");
      assertThat(PosixFilePermissions.toString(permissions("gate.sock"))).isEqualTo("rw-------");
      assertThat(GateStatus.of(folder).agent()).startsWith("alive");
      assertThat(GateStatus.of(folder).socket()).isEqualTo("there");
      assertThat(rig.decisions.alive()).isTrue();
    }
    assertThat(GateStatus.of(folder)).isEqualTo(new GateStatus("absent", "none"));
  }

  private String stamp() throws IOException {
    return Files.readString(folder.resolve("alive"));
  }

  private java.util.Set<java.nio.file.attribute.PosixFilePermission> permissions(String name)
      throws IOException {
    return Files.getPosixFilePermissions(folder.resolve(name));
  }

  @Test
  void filesOfAKilledAgentAreReplaced() throws Exception {
    Files.createFile(folder.resolve("gate.sock"));
    Files.createFile(folder.resolve("gates.tmp"));
    Files.writeString(folder.resolve("alive"), "00000000000000000001");
    FakeTransport.decider((channel, request) -> channel.reply(request, ALLOW));
    try (Rig rig = Rig.of(folder, rule("a"))) {
      assertThat(Rig.get(rig.prepare()).cause()).isEqualTo("decided");
    }
  }

  @Test
  void aPathThatIsTooLongIsSaid() throws Exception {
    Path deep = Files.createDirectories(folder.resolve("d".repeat(100)));
    assertThatThrownBy(() -> Rig.opened(deep, rule("a")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a socket's path at most 107: choose a shorter data folder")
        .message()
        .doesNotContain("\n");
    assertThat(deep.resolve("gates")).doesNotExist();
  }
}

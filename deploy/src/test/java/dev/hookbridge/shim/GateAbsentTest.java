package dev.hookbridge.shim;

import static dev.hookbridge.shim.TestGate.answer;
import static dev.hookbridge.shim.TestGate.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent that is not there is not waited for: its rules say at once what happens. */
@ParameterizedClass
@EnumSource(Shim.class)
class GateAbsentTest {
  @Parameter Shim shim;

  @TempDir(factory = InMemory.class)
  Path outer;

  private Path folder;
  private Path alive;
  private Path socket;
  private Trial trial;
  private TestGate gate;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = outer.resolve("trial");
    trial = new Trial(folder);
    gate = new TestGate(trial);
    alive = trial.gates().resolve("alive");
    socket = trial.gates().resolve("gate.sock");
  }

  @AfterEach
  void closeGate() throws IOException {
    gate.close();
  }

  @Test
  void withoutAStampNobodyIsAsked() throws IOException {
    listen();
    assertAbsent();
  }

  /** Of a time long ago, of a boot that ran longer, and what is no time at all. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "00000000000000000001",
        "99999999999999999999",
        "18446744073709551615",
        "18446744073709551616",
        "",
        "0000000000000000000",
        "-0000000000000000001",
        "                   1",
        "now"
      })
  void aStampOfAnotherTimeIsNone(String stamp) throws IOException {
    listen();
    Files.writeString(alive, stamp);
    assertAbsent();
  }

  @Test
  void aStampIsGoodForThreeSeconds() throws IOException {
    listen();
    gate.alive(TestGate.boottime() - 4_000_000_000L);
    assertAbsent();
    gate.alive(TestGate.boottime() + 60_000_000_000L);
    assertAbsent();
    gate.alive(TestGate.boottime());
    gate.rules(rule("r", "* * * * -", 10_000, "veto"));
    assertThat(Run.of(shim, folder).run().exit()).isZero();
    assertThat(gate.asks).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"alive", "gate.sock"})
  void plantedFilesAreNotFollowed(String name) throws IOException {
    gate.alive(TestGate.boottime());
    listen();
    Path planted = trial.gates().resolve(name);
    Path real = outer.resolve("real");
    Files.move(planted, real);
    Files.createSymbolicLink(planted, real);
    assertAbsent();
    Files.delete(planted);
    Files.createLink(planted, real);
    assertAbsent();
    Files.delete(planted);
    Run.tool("mkfifo", planted.toString());
    assertAbsent();
    Files.delete(planted);
    Files.createDirectory(planted);
    assertAbsent();
    Files.delete(planted);
    Files.createSymbolicLink(planted, Path.of("/dev/zero"));
    assertAbsent();
  }

  @Test
  void withoutASocketNobodyIsAsked() throws IOException {
    gate.alive();
    assertAbsent();
    Files.writeString(socket, "no socket");
    assertAbsent();
  }

  @Test
  void aSocketOfAnAgentThatIsGoneRefuses() throws IOException {
    gate.alive().bind(1).close();
    assertThat(socket).exists();
    assertAbsent();
  }

  /** The queue is full: to connect would wait until somebody is accepted. */
  @Test
  void nobodyAcceptsTheConnection() throws IOException {
    gate.alive().bind(1);
    List<SocketChannel> waiting = new ArrayList<>();
    try {
      for (boolean accepted = true; accepted; ) {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        waiting.add(channel);
        channel.configureBlocking(false);
        accepted = connect(channel);
      }
      assertAbsent();
    } finally {
      for (SocketChannel channel : waiting) {
        channel.close();
      }
    }
  }

  private boolean connect(SocketChannel channel) {
    try {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aStampOfAnotherUserIsNone() throws IOException {
    Needs.root();
    listen();
    gate.alive(TestGate.boottime());
    Run.tool("chown", "65534", alive.toString());
    assertAbsent();
  }

  /** The folder and the socket are the agent's, but who serves it is not. */
  @Test
  void aSocketThatAnotherUserServesIsNotSpokenTo() throws IOException {
    Needs.root();
    listen();
    gate.alive(TestGate.boottime());
    for (Path path : List.of(trial.gates(), alive, socket)) {
      Run.tool("chown", "65534", path.toString());
    }
    gate.rules(rule("r", "* * * * -", 10_000, "veto"));
    Run.tool("chown", "65534", trial.gates().resolve("gates").toString());
    Run.Ended ended = Run.of(shim, folder).run();
    assertThat(ended.err()).isEqualTo("vetoed by r: hookbridge's agent is not running\n");
    Run.tool("chown", "0", socket.toString());
    assertThat(Run.of(shim, folder).run().exit()).isOne();
    assertThat(gate.asks).isEmpty();
  }

  private void listen() throws IOException {
    gate.answering(answer(0, "decided", "r", ""));
  }

  private void assertAbsent() throws IOException {
    for (String byDefault : new String[] {"veto", "allow"}) {
      int before = trial.outcomes().size();
      String other = byDefault.equals("veto") ? "allow" : "veto";
      gate.rules(rule("placement", "* * * * -", 10_000, other, other, byDefault));
      Run.Ended ended = Run.of(shim, folder).run();
      boolean vetoed = byDefault.equals("veto");
      assertThat(ended.exit()).isEqualTo(vetoed ? 1 : 0);
      assertThat(ended.out()).isEmpty();
      assertThat(ended.err())
          .isEqualTo(vetoed ? "vetoed by placement: hookbridge's agent is not running\n" : "");
      assertThat(trial.outcomes()).hasSize(before + 1);
      Mail outcome = trial.outcomes().get(before);
      assertThat(outcome.field("cause")).isEqualTo("absent");
      assertThat(Long.parseLong(outcome.field("waited")))
          .as("ns waited for an answer, the rule's timeout is 10 s")
          .isLessThan(10_000_000_000L);
      assertThat(outcome.field("rule")).isEqualTo("placement");
      assertThat(outcome.field("rules")).isEqualTo("placement=" + byDefault);
      assertThat(outcome.stdin).isEmpty();
    }
    byte[] none = "<domain/>".getBytes(StandardCharsets.UTF_8);
    assertThat(Run.of(shim, folder).with("g", "reconnect", "begin", "-").stdin(none).run().exit())
        .isZero();
    assertThat(gate.asks).isEmpty();
  }
}

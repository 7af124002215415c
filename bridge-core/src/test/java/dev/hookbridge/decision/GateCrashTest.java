package dev.hookbridge.decision;

import static dev.hookbridge.decision.TestRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.decision.gate.GatesFile;
import dev.hookbridge.mailbox.ShimDouble;
import dev.hookbridge.mailbox.ShimDouble.Answer;
import dev.hookbridge.testing.FakeTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** An agent is killed (SIGKILL) while a call waits; the next one takes its place. */
class GateCrashTest extends WithRig {
  @Test
  void waitingHookIsReleasedAndTheNextAgentAnswers() throws Exception {
    Process agent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                MortalGate.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = agent.inputReader()) {
      assertThat(said.readLine()).isEqualTo("ready true");
      try (SocketChannel shim = ShimDouble.connect(folder)) {
        ShimDouble.send(shim, record());
        shim.shutdownOutput();
        assertThat(said.readLine()).isEqualTo("asked placement");
        agent.destroyForcibly();
        assertThat(ended(shim)).as("the shim learns of it at once").isTrue();
      }
    } finally {
      agent.destroyForcibly();
    }
    assertThat(agent.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(agent.exitValue()).as("ended by SIGKILL").isEqualTo(137);
    assertThat(folder.resolve("gate.sock")).as("left behind").exists();
    assertThat(GatesFile.read(folder)).hasSize(1);

    FakeTransport.decider((channel, request) -> channel.reply(request, "{\"decision\":\"allow\"}"));
    try (Rig next = Rig.of(folder, rule("placement"))) {
      assertThat(Rig.get(next.prepare()).cause()).isEqualTo("decided");
    }
  }

  /** Without an answer, by the end of the stream or by an error. */
  private static boolean ended(SocketChannel shim) {
    try {
      Answer answer = ShimDouble.answer(shim);
      return answer.none();
    } catch (IOException e) {
      return true;
    }
  }
}

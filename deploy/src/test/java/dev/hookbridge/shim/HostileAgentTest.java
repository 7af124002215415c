package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Deadline;
import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The agent's user has turned against root: he steals, replaces and plants while root's hooks run.
 */
@ParameterizedClass
@EnumSource(Shim.class)
class HostileAgentTest {
  /**
   * Moves every file away as it appears, finished or not, and leaves a link to the victim, or a
   * folder, under its name.
   */
  private static final String ATTACK =
      """
      cd "$1" && echo ready
      while :; do
        for f in new/*-*-* new/.0*-*; do
          [ -f "$f" ] && [ ! -h "$f" ] || continue
          mv -f "$f" new/stolen
          ln -s "$2" "$f"
          n=${f#new/.}
          ln -f new/stolen "new/${n#new/}" || mkdir "new/${n#new/}"
        done 2>/dev/null
      done
      """;

  /** Swaps all that the shim looks at in gates.d, which the agent owns, for what could hurt it. */
  private static final String GATES_ATTACK =
      """
      cd "$1/../gates.d" && echo ready
      while :; do
        for f in gates alive gate.sock; do
          rm -rf $f; ln -s "$2" $f
          rm -rf $f; mkfifo $f
          rm -rf $f; mkdir $f
          rm -rf $f; ln "$2" $f || ln -s /dev/zero $f
          rm -rf $f; cp good $f
        done 2>/dev/null
      done
      """;

  /** Lays ready what is no spare, and takes away and changes what was one a moment ago. */
  private static final String SPARES_ATTACK =
      """
      cd "$1/new" && head -c 16384 /dev/zero > good && echo ready
      while :; do
        for i in $(seq -f .spare-%03.0f 0 127); do
          cp good $i
          rm -f $i; ln -s "$2" $i
          rm -f $i; ln "$2" $i || ln -s /dev/zero $i
          rm -f $i; ln good $i
          rm -f $i; mkfifo $i
          rm -f $i; cp good $i; mv -f $i stolen
          cp good $i
        done 2>/dev/null
      done
      """;

  @Parameter Shim shim;

  @TempDir(factory = InMemory.class)
  Path folder;

  private Path mail;
  private Path victim;

  @BeforeEach
  void install() throws IOException {
    Needs.root();
    Needs.command("setpriv");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Run.tool("sh", "" + Shim.layout(), "--root", "" + folder, "--user", "nobody", "--no-user");
    mail = folder.resolve("var/lib/hookbridge/mail");
    Files.createDirectory(folder.resolve("var/lib/hookbridge/run"));
    victim = Files.writeString(folder.resolve("victim"), "precious");
    Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void noHookIsHurtAndNothingOutsideTheMailboxIsTouched() throws Exception {
    Process attacker = attacker(ATTACK);
    try {
      hooksPass(i -> i % 3 == 0 ? 2_000_000 : 100);
    } finally {
      attacker.destroyForcibly().waitFor();
    }
    assertThat(victim).hasContent("precious");
    assertThat(Run.tool("stat", "-c", "%u %a %h", victim.toString())).isEqualTo("0 600 1\n");
    assertThat(Run.tool("stat", "-c", "%u %a", mail.toString())).isEqualTo("0 755\n");
    assertThat(Run.tool("find", mail + "/new", "-uid", "0")).isEmpty();
  }

  @Test
  void noHookIsHurtByWhatHeLaysReady() throws Exception {
    Files.write(victim, new byte[Trial.SPARE_SIZE]);
    Process attacker = attacker(SPARES_ATTACK);
    try {
      hooksPass(i -> 1 + i * 100);
    } finally {
      attacker.destroyForcibly().waitFor();
    }
    assertThat(victim).hasBinaryContent(new byte[Trial.SPARE_SIZE]);
    assertThat(Run.tool("stat", "-c", "%u %a %h", victim.toString())).isEqualTo("0 600 1\n");
    assertThat(Run.tool("find", mail + "/new", "-uid", "0")).isEmpty();
  }

  /** He may veto what he likes, as always, but nobody hangs and nothing of root's is touched. */
  @Test
  void noHookHangsInHisGates() throws Exception {
    byte[] rules = TestGate.rule("r", "* * * * -", 10_000, "veto").getBytes();
    Path gates = mail.resolveSibling("gates.d");
    Files.write(gates.resolve("good"), Mail.write("gates", List.of(), rules));
    Run.tool("chown", "65534", gates.resolve("good").toString());
    Process attacker = attacker(GATES_ATTACK);
    try {
      for (int i = 0; i < 60; i++) {
        String operation = i % 2 == 0 ? "reconnect" : "start";
        Run.Ended ended =
            Run.of(shim, mail.getParent()).with("g" + i, operation, "begin", "-").run();
        assertThat(ended.exit()).isBetween(0, i % 2);
        assertThat(ended.out()).isEmpty();
        Deadline.kept(Duration.ofSeconds(5), ended.took());
      }
    } finally {
      attacker.destroyForcibly().waitFor();
    }
    assertThat(victim).hasContent("precious");
    assertThat(Run.tool("stat", "-c", "%u %a %h", victim.toString())).isEqualTo("0 600 1\n");
  }

  /**
   * @param size of the stdin of the n-th hook
   */
  private void hooksPass(IntUnaryOperator size) throws IOException {
    for (int i = 0; i < 60; i++) {
      Run.Ended ended =
          Run.of(shim, mail.getParent())
              .with("g" + i, i % 2 == 0 ? "reconnect" : "start", "begin", "-")
              .stdin(new byte[size.applyAsInt(i)])
              .run();
      assertThat(ended.exit()).isZero();
      assertThat(ended.out()).isEmpty();
      assertThat(ended.err()).isEmpty();
      Deadline.kept(Duration.ofSeconds(5), ended.took());
    }
  }

  private Process attacker(String attack) throws IOException {
    Process process =
        new ProcessBuilder(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "sh",
                "-c",
                attack,
                "sh",
                mail.toString(),
                victim.toString())
            .start();
    assertThat(process.getInputStream().read()).isEqualTo('r');
    return process;
  }
}

package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Deadline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which calls a rule matches. No agent runs, so a call that matches is vetoed for that. */
@ParameterizedClass
@EnumSource(Shim.class)
class GateMatchTest {
  private static final String REST = "\t200\tveto\tveto\tveto\t-";

  private static final int GLOBS = Boolean.getBoolean("hookbridge.full") ? 200 : 20;

  @Parameter Shim shim;

  @TempDir(factory = InMemory.class)
  Path folder;

  @ParameterizedTest
  @CsvSource({
    "* * *, true",
    "qemu prepare begin, true",
    "qemu * *, true",
    "* prepare *, true",
    "* * begin, true",
    "lxc * *, false",
    "* start *, false",
    "* * end, false",
    "qemu prepare beginn, false",
    "qemu prepar begin, false",
    "Qemu prepare begin, false",
    "q%65mu prep%61re begin, true",
    "qemu prepare %2A, false",
  })
  void aRuleMatchesByItsWords(String words, boolean matches) throws IOException {
    assertThat(matches(words.replace(' ', '\t') + "\t*\t-", bytes("g"))).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    "*, g, true",
    "*, '', true",
    "*****, g, true",
    "prod-*, prod-1, true",
    "prod-*, prod-, true",
    "prod-*, prod, false",
    "prod-*, xprod-1, false",
    "*-db, a-b-db, true",
    "*-db, a-db-, false",
    "*a*b*, xxaxxbxx, true",
    "*a*b*, xxbxxaxx, false",
    "a*a, a, false",
    "a*a, aa, true",
    "*aab, aaab, true",
    "?, g, true",
    "?, '', false",
    "?, gg, false",
    "??*, g, false",
    "a?c, abc, true",
    "w%2A, w*, true",
    "w%2A, wx, false",
    "w%3f, w?, true",
    "w%3F, wx, false",
    "*, w*?, true",
    "w%2A%3F, w*?, true",
    "%67, g, true",
    "%25, %, true",
    "a%20b, a b, true",
    "%5Ba-z%5D, x, false",
    "%5Ba-z%5D, [a-z], true",
    "%C3%A4, ä, true",
    "??, ä, true",
    "G, g, false"
  })
  void theObjectIsAGlobOfBytes(String glob, String object, boolean matches) throws IOException {
    assertThat(matches("*\t*\t*\t" + glob + "\t-", bytes(object))).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    "-, g, true",
    "g, g, false",
    "'a,g,b', g, false",
    "'a,b', g, true",
    "g, gg, true",
    "gg, g, true",
    "'g,', '', true",
    "%2A, g, true",
    "%2A, *, false",
    "'a%2Cg', g, true",
    "'a%2Cg', 'a,g', false",
    "%C3%A4, ä, false",
    "x, -, true",
    "%2D, -, false",
    "'x,-', -, false",
    "-, -, true"
  })
  void anExemptNameIsNotAskedAbout(String exempt, String object, boolean matches)
      throws IOException {
    assertThat(matches("*\t*\t*\t*\t" + exempt, bytes(object))).isEqualTo(matches);
  }

  @Test
  void namesNeedNotBeUtf8() throws IOException {
    byte[] name = {(byte) 0xff, 'a', (byte) 0x80, '\n', '\t', 1};
    assertThat(matches("*\t*\t*\t%FFa%80%0A%09%01\t-", name)).isTrue();
    assertThat(matches("*\t*\t*\t?a?%0a*\t-", name)).isTrue();
    assertThat(matches("*\t*\t*\t%FEa*\t-", name)).isFalse();
    assertThat(matches("*\t*\t*\t*\t%FFa%80%0A%09%01", name)).isFalse();
  }

  @Test
  void anArgumentThatIsMissingIsEmpty() throws IOException {
    Trial trial = new Trial(folder);
    new TestGate(trial).rules("r\tqemu\tprepare\t*\tg\t-" + REST);
    assertThat(Run.of(shim, folder).with("g", "prepare").run().exit()).isOne();
    new TestGate(trial).rules("r\tqemu\tprepare\tbegin\tg\t-" + REST);
    assertThat(Run.of(shim, folder).with("g", "prepare").run().exit()).isZero();
    assertThat(trial.outcomes().get(0).fields).doesNotContainKey("suboperation");
  }

  /** A glob that is made to be slow does not hold the call. */
  @Test
  void aHostileGlobEndsInTime() throws IOException {
    Trial trial = new Trial(folder);
    new TestGate(trial).rules("r\t*\t*\t*\t*" + "a".repeat(30_000) + "b\t-" + REST);
    byte[] name = bytes("a".repeat(60_000));
    Run.Ended ended = Run.of(shim, folder).with(name, bytes("prepare")).run();
    assertThat(ended.exit()).isZero();
    Deadline.kept(Duration.ZERO, ended.took());
    assertThat(trial.onlyCall().field("gates")).isEqualTo("unknown");
    assertThat(trial.lost()).isEmpty();
  }

  /** Against the JDK's regular expressions. */
  @Test
  void randomGlobsMatchAsTheyShould() throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < GLOBS; i++) {
      StringBuilder name = new StringBuilder();
      StringBuilder glob = new StringBuilder();
      random.ints(random.nextInt(12), 0, 2).forEach(c -> name.append("ab".charAt(c)));
      random.ints(1 + random.nextInt(8), 0, 5).forEach(c -> glob.append("ab?**".charAt(c)));
      String regex = glob.toString().replace("*", ".*").replace('?', '.');
      assertThat(matches("*\t*\t*\t" + glob + "\t-", bytes("" + name)))
          .as(glob + " on " + name)
          .isEqualTo(name.toString().matches(regex));
    }
  }

  private boolean matches(String words, byte[] object) throws IOException {
    Trial trial = new Trial(folder);
    new TestGate(trial).rules("r\t" + words + REST);
    Run.Ended ended =
        Run.of(shim, folder).with(object, bytes("prepare"), bytes("begin"), bytes("-")).run();
    assertThat(trial.calls().get(trial.calls().size() - 1).fields).doesNotContainKey("gates");
    assertThat(trial.outcomes().isEmpty()).isEqualTo(trial.files().size() == trial.calls().size());
    return ended.exit() == 1;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A gates file that is of no use gates nothing, and the call's record says so. No agent runs here:
 * where a rule is understood, the hook is vetoed for that.
 */
@ParameterizedClass
@EnumSource(Shim.class)
class GatesFileTest extends GatesTrial {

  @Test
  void aGoodFileGates() throws IOException {
    gate.rules(RULE);
    assertGated(true, null);
  }

  @Test
  void noFileOrFolderIsNothingToTell() throws IOException {
    assertGated(false, null);
    Files.delete(trial.gates());
    assertGated(false, null);
  }

  @Test
  void noRulesAreNothingToTell() throws IOException {
    gate.gates(Mail.write("gates", List.of(), new byte[0]));
    assertGated(false, null);
  }

  static Stream<byte[]> damaged() {
    byte[] good = file(RULE + "\n");
    byte[] flipped = good.clone();
    flipped[40] ^= 1;
    return Stream.of(
        new byte[0],
        new byte[4096],
        "hookbridge/1\n".getBytes(StandardCharsets.US_ASCII),
        "x".repeat(100).getBytes(StandardCharsets.US_ASCII),
        flipped,
        Arrays.copyOf(good, good.length - 1),
        Arrays.copyOf(good, good.length / 2),
        Arrays.copyOf(good, good.length + 1),
        Mail.sealed(Arrays.copyOf(good, good.length - 12)),
        Mail.sealed("hookbridge/1\n".getBytes(StandardCharsets.US_ASCII)),
        file((RULE + "\n").repeat(60) + " ".repeat(66_000)));
  }

  @ParameterizedTest
  @MethodSource("damaged")
  void aDamagedFileGatesNothing(byte[] bytes) throws IOException {
    gate.gates(bytes);
    assertGated(false, "damaged");
  }

  static Stream<byte[]> unknown() {
    byte[] future = file(RULE + "\n");
    future["hookbridge/".length()] = '2';
    return Stream.concat(
        Stream.of(future, Mail.write("call", List.of(), RULE.getBytes(StandardCharsets.US_ASCII))),
        Stream.of(
                "rubbish",
                "",
                RULE.replace('\t', ' '),
                RULE.substring(0, RULE.length() - 2),
                RULE.replaceFirst("^r", "R"),
                RULE.replaceFirst("^r", ""),
                RULE.replaceFirst("^r", "r".repeat(64)),
                RULE.replaceFirst("^r", "r%20s"),
                RULE.replaceFirst("\\*", ""),
                RULE.replaceFirst("\\*", "qe*"),
                RULE.replaceFirst("\\*", "qe?u"),
                RULE.replaceFirst("\\*\t-", "a b\t-"),
                RULE.replaceFirst("\\*\t-", "a%2\t-"),
                RULE.replaceFirst("\\*\t-", "a%\t-"),
                RULE.replaceFirst("\\*\t-", "a%gg\t-"),
                RULE.replaceFirst("\\*\t-", "\u00e4\t-"),
                RULE.replaceFirst("\\*\t-", "\0\t-"),
                RULE.replaceFirst("\\*\t-", "[ab]\t-"),
                RULE.replaceFirst("-\t1000", "a*\t1000"),
                RULE.replaceFirst("-\t1000", "\t1000"),
                RULE.replaceFirst("1000", ""),
                RULE.replaceFirst("1000", "-1"),
                RULE.replaceFirst("1000", "1s"),
                RULE.replaceFirst("veto", "deny"),
                RULE.replaceFirst("veto\t-", "Veto\t-"))
            .map(line -> file(RULE + "\n" + line + "\n")));
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void aFileThatIsNotUnderstoodGatesNothing(byte[] bytes) throws IOException {
    gate.gates(bytes);
    assertGated(false, "unknown");
  }

  @Test
  void thereIsAMostOfRules() throws IOException {
    gate.rules(Collections.nCopies(64, RULE).toArray(String[]::new));
    assertGated(true, null);
    gate.rules(Collections.nCopies(65, RULE).toArray(String[]::new));
    assertGated(false, "unknown");
  }

  /** Later releases may say more, and the last line need not end. */
  @Test
  void furtherWordsAreSkipped() throws IOException {
    String longer = RULE.replaceFirst("-$", "if=a%20b\tmore \u00e4\t\t");
    gate.gates(Mail.write("gates", List.of("new=", "x=y"), longer.getBytes()));
    assertGated(true, null);
  }

  @Test
  void theFileMayBe64KiB() throws IOException {
    int room = (64 << 10) - file(RULE).length - 20;
    byte[] most = file(RULE.replaceFirst("-$", "x".repeat(room)));
    assertThat(most.length).isBetween(65_000, 65_536);
    gate.gates(most);
    assertGated(true, null);
  }

  private static byte[] file(String rules) {
    return Mail.write("gates", List.of(), rules.getBytes(StandardCharsets.ISO_8859_1));
  }
}

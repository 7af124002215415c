package dev.hookbridge.decision.gate;

import static dev.hookbridge.decision.TestRule.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.decision.Rig;
import dev.hookbridge.decision.WithRig;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.decision.rule.Vote;
import dev.hookbridge.record.MalformedRecordException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules, byte for byte as the shim reads them. */
class GatesFileTest extends WithRig {
  private static List<Rule> rules() {
    return List.of(
        rule("placement").object("prod-*").exempt("prod-1", "a b", "-", "gäst").build(),
        rule("all")
            .when("*.*.*")
            .object("100%?\t*")
            .timeout(Duration.ofMillis(250))
            .onTimeout(Vote.VETO)
            .onError(Vote.VETO)
            .build(),
        rule("watching").mode(Rule.Mode.OBSERVE).build(),
        rule("resting").mode(Rule.Mode.OFF).build());
  }

  @Test
  void isAsTheProtocolDrawsIt() {
    String lines =
        "placement\tqemu\tprepare\tbegin\tprod-*\tprod-1,a%20b,%2D,g%C3%A4st\t10000"
            + "\tallow\tallow\tallow\t-\n"
            + "all\t*\t*\t*\t100%25?%09*\t-\t250\tveto\tveto\tallow\t-\n";
    String drawn = "hookbridge/1\n5:gates,0:," + lines.length() + ":" + lines + ",";
    String file = new String(GatesFile.of(rules()), StandardCharsets.UTF_8);
    assertThat(file).startsWith(drawn).hasSize(drawn.length() + 9);
    assertThat(file.substring(drawn.length())).isEqualTo("6809fec3\n");
  }

  @Test
  void isReadBack() throws Exception {
    GatesFile.write(folder, GatesFile.of(rules()));
    assertThat(GatesFile.read(folder))
        .hasSize(2)
        .first()
        .isEqualTo(
            "placement: qemu.prepare.begin of prod-*, exempt prod-1,a%20b,%2D,g%C3%A4st, 10000 ms,"
                + " on-timeout allow, on-error allow, on-agent-absent allow");
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("gates"))))
        .isEqualTo("rw-------");
  }

  @Test
  void isLeftAloneWhenItHoldsTheSame() throws Exception {
    GatesFile.write(folder, GatesFile.of(rules()));
    FileTime then = FileTime.fromMillis(1_000);
    Files.setLastModifiedTime(folder.resolve("gates"), then);
    GatesFile.write(folder, GatesFile.of(rules()));
    assertThat(Files.getLastModifiedTime(folder.resolve("gates"))).isEqualTo(then);
    GatesFile.write(folder, GatesFile.of(rules().subList(1, 2)));
    assertThat(GatesFile.read(folder)).hasSize(1);
  }

  @Test
  void whateverLiesInItsPlaceIsReplaced() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "another's");
    Files.createSymbolicLink(folder.resolve("gates"), secret);
    GatesFile.write(folder, GatesFile.of(rules()));
    assertThat(secret).hasContent("another's");
    assertThat(GatesFile.read(folder)).hasSize(2);
    Files.delete(folder.resolve("gates"));
    String pipe = folder.resolve("gates").toString();
    assertThat(new ProcessBuilder("mkfifo", pipe).start().waitFor()).isZero();
    assertThatThrownBy(() -> GatesFile.read(folder)).isInstanceOf(MalformedRecordException.class);
    GatesFile.write(folder, GatesFile.of(rules()));
    assertThat(GatesFile.read(folder)).hasSize(2);
  }

  @Test
  void untrustedGateFolderIsReported() throws Exception {
    assertThatThrownBy(() -> GatesFile.read(folder)).isInstanceOf(NoSuchFileException.class);
    Files.writeString(folder.resolve("gates"), "torn");
    assertThatThrownBy(() -> GatesFile.read(folder)).isInstanceOf(MalformedRecordException.class);
    Files.write(folder.resolve("gates"), new byte[70_000]);
    assertThatThrownBy(() -> GatesFile.read(folder)).isInstanceOf(MalformedRecordException.class);
  }

  @Test
  void tooManyOrTooLargeIsAnError() {
    List<Rule> many = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      many.add(rule("rule-" + i).build());
    }
    assertThat(GatesFile.of(many)).hasSizeLessThan(64 << 10);
    many.add(rule("one-more").build());
    assertThatThrownBy(() -> GatesFile.of(many))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("65 rules");
    Rule large = rule("large").exempt("x".repeat(70_000)).build();
    assertThatThrownBy(() -> GatesFile.of(List.of(large)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("shorten");
  }

  @Test
  void rulesThatAreGoneVanishAndNothingIsMadeForNone() throws Exception {
    try (Rig none = Rig.opened(folder)) {
      assertThat(folder).isEmptyDirectory();
      assertThat(none.decisions.alive()).isTrue();
    }
    Rig.opened(folder, rule("a")).close();
    assertThat(GatesFile.read(folder)).hasSize(1);
    Rig.opened(folder).close();
    assertThat(GatesFile.read(folder)).isEmpty();
  }

  @Test
  void aFolderThatIsNotThereIsSaid() {
    Path gone = folder.resolve("no");
    assertThatThrownBy(() -> Rig.opened(gone, rule("a")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("run layout.sh");
  }
}

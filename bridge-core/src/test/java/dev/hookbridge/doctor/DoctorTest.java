package dev.hookbridge.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Check.Level;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.hooks.Driver;
import dev.hookbridge.hooks.SlotStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the doctor makes of what it sees, finding by finding. */
class DoctorTest {
  @TempDir Path folder;
  private HostPaths places;

  @BeforeEach
  void layout() throws Exception {
    places = new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
    for (String name : List.of("mail/new", "spool", "gates.d", "etc", "run")) {
      Files.createDirectories(folder.resolve(name));
    }
    for (String name : List.of("mail/new", "spool", "gates.d")) {
      mode(folder.resolve(name), "rwx------");
    }
    mode(folder, "rwxr-xr-x");
    mode(folder.resolve("mail"), "rwxr-xr-x");
  }

  private static void mode(Path file, String mode) throws Exception {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private DoctorFolders folders() throws Exception {
    return new DoctorFolders(places, DoctorFolders.self());
  }

  @Test
  void foldersThatAreRight() throws Exception {
    assertThat(folders().owners().level()).isEqualTo(Level.OK);
    assertThat(folders().mailbox().level()).isEqualTo(Level.OK);
    assertThat(folders().losses().level()).isEqualTo(Level.OK);
  }

  @Test
  void aLinkIsNoFolder() throws Exception {
    Path spool = places.spool();
    Files.delete(spool);
    Files.createSymbolicLink(spool, folder.resolve("etc"));
    Check check = folders().owners();
    assertThat(check.level()).isEqualTo(Level.FAILURE);
    assertThat(check.message()).contains(spool + " is not a folder", "layout.sh");
    assertThat(DoctorFolders.owner(spool)).isEmpty();
    assertThat(DoctorFolders.owner(folder.resolve("nowhere"))).isEmpty();
  }

  @Test
  void othersCanWriteOrLookIn() throws Exception {
    mode(places.mail(), "rwxrwxr-x");
    mode(places.spool(), "rwxr-xr-x");
    assertThat(folders().owners().message())
        .contains(places.mail() + " has mode 775")
        .contains(places.spool() + " has mode 755");
  }

  @Test
  void aFolderIsMissing() throws Exception {
    Files.delete(places.mail().resolve("new"));
    assertThat(folders().mailbox().message()).contains("is missing");
  }

  @ParameterizedTest
  @CsvSource({
    "'', 52428800",
    "'reserve: 30%', 314572800",
    "'reserve: 64MiB', 67108864",
    "'when-full: pass\nreserve: 2GiB # much', 2147483648",
    "'reserve: 4096', 4096",
    "'#reserve: 4096', 52428800",
    "'reserve: lots', 52428800"
  })
  void theReserveIsTheHooksOwn(String settings, long expected) throws Exception {
    Files.writeString(places.etc().resolve("shim.conf"), settings + "\n");
    assertThat(folders().reserve(1000L << 20)).isEqualTo(expected);
  }

  @Test
  void lossesAreCounted() throws Exception {
    String line = " 019bc0d5-1a7b-7c3e-9f00-5d6a2b8e4c11 1768469400000000000 qemu start web1 ";
    Files.writeString(places.lost(), "late" + line + "0\nlost" + line + "28\nlost" + line + "30\n");
    Check check = folders().losses();
    assertThat(check.level()).isEqualTo(Level.WARNING);
    assertThat(check.message())
        .startsWith("2 calls could not be written; the last error was errno 30 ");
  }

  @ParameterizedTest
  @CsvSource({
    "yes, , OK",
    "'yes, when a daemon runs', , OK",
    "'yes, if reloaded since 2026-01-01T00:00:00Z', , WARNING",
    "'yes, if reloaded since 2026-01-01T00:00:00Z', 2026-01-02T00:00:00Z, OK",
    "'yes, if reloaded since 2026-01-01T00:00:00Z', 2025-12-31T00:00:00Z, WARNING",
    "'no, it has no x bit', 2026-01-02T00:00:00Z, FAILURE",
    "'no, it fails its self-test', , FAILURE"
  })
  void aSlot(String run, Instant last, Level level) {
    Path slot = Path.of("/etc/libvirt/hooks/qemu.d/50-hookbridge");
    Instant since = Instant.parse("2026-01-01T00:00:00Z");
    Check check =
        DoctorHooks.slot(new SlotStatus(Driver.QEMU, slot, "0.1.0 abc", run, since), last);
    assertThat(check.level()).isEqualTo(level);
    assertThat(check.what()).isEqualTo("hook qemu");
    if (level != Level.OK) {
      assertThat(check.message()).contains(slot.toString(), "'hookbridge hooks install'");
    }
  }

  @ParameterizedTest
  @CsvSource({"yes, OK", "no, WARNING", "Failed to query server, WARNING"})
  void clock(String output, Level level) {
    assertThat(DoctorClock.said(output + "\n").level()).isEqualTo(level);
  }

  @Test
  void agentsAnswerIsPrinted() {
    AgentAnswer answer =
        AgentAnswer.parse("ok      mailbox\nfailing spool: the disk is full\nfailing sink feed\n");
    assertThat(answer.failing())
        .isEqualTo(Map.of("spool", "the disk is full", "sink feed", "it is failing"));
  }

  private static List<String> said(ByteArrayOutputStream out) {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void anAgentIsNotRestartedForAnAlarmOfItsBroker() {
    assertThat(DoctorSpool.advice("blocked: the broker takes nothing for now: low on memory"))
        .isEqualTo("the broker's alarm may be over, run this again");
    assertThat(DoctorSpool.advice("authentication: 403 ACCESS_REFUSED")).endsWith("restart it");
  }

  @Test
  void hangingCheckIsAFailureAndOthersContinue() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CheckRunner round = new CheckRunner(new PrintStream(out, true, StandardCharsets.UTF_8));
    CountDownLatch never = new CountDownLatch(1);
    round.look(
        "broker",
        Duration.ofMillis(50),
        () -> {
          never.await();
          return List.of();
        });
    round.look(
        "mail",
        () -> {
          throw new java.nio.file.AccessDeniedException("/var/lib/hookbridge/mail/new");
        });
    round.look("spool", () -> List.of(Check.ok("spool", "7 events")));
    never.countDown();
    assertThat(said(out)).hasSize(6);
    assertThat(said(out).get(1)).startsWith("failure\tbroker\tno answer within 0 s");
    assertThat(said(out).get(3))
        .startsWith("failure\tmail\t/var/lib/hookbridge/mail/new: no permission");
    assertThat(said(out).get(5)).isEqualTo("ok\tspool\t7 events");
  }

  @Test
  void aLineSurvivesAndSteersNoTerminal() {
    DoctorLine line = DoctorLine.of(Check.warning("sink a\tb", "one\n  two \u001b[31m"));
    DoctorLine read = DoctorLine.parse(line.toString());
    assertThat(read).isNotNull();
    assertThat(read.check()).isEqualTo(Check.warning("sink a\\u{9}b", "one two \\u{1b}[31m"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ok", "ok\tx", "nonsense\tx\ty", "OK\tx\ty"})
  void invalidLineIsIgnored(String text) {
    assertThat(DoctorLine.parse(text)).isNull();
  }

  @Test
  void anAgentsPartCannotSteerRootsTerminalEither() {
    DoctorLine line = DoctorLine.parse("ok\t\u001b]0;x\u0007\t\u009b31m");
    assertThat(String.valueOf(line)).doesNotContain("\u001b", "\u0007", "\u009b");
  }

  @Test
  void forPrograms() throws Exception {
    assertThat(DoctorCommand.document(List.of(Check.ok("a", "b"), Check.warning("c \"d\"", "e"))))
        .isEqualTo(
            "{\"level\":\"warning\",\"checks\":[{\"level\":\"ok\",\"what\":\"a\",\"message\":\"b\"},"
                + "{\"level\":\"warning\",\"what\":\"c \\\"d\\\"\",\"message\":\"e\"}]}");
  }
}

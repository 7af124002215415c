package dev.hookbridge.envelope;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.observer.RecordedMessages;
import dev.hookbridge.record.GateOutcome;
import dev.hookbridge.testing.Recordings;
import dev.hookbridge.testing.Recordings.Recorded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The golden samples: which there are, and what the code makes of each. */
final class Samples {
  static final Path ROOT = Path.of(System.getProperty("hookbridge.root", ".."));
  static final Path FOLDER = ROOT.resolve("docs/events/samples");
  static final ObjectMapper JSON = new ObjectMapper();

  private static final Instant CALLED = Instant.parse("2026-01-15T09:30:00.123456789Z");
  private static final Instant TAKEN = Instant.parse("2026-01-15T09:30:00.125Z");
  private static final String HOOK_ID = "019bc0d5-1a7b-7c3e-9f00-5d6a2b8e4c11";
  private static final String OWN_ID = "019bc0d5-1a7d-7a10-8b2c-3e4f5a6b7c8d";
  private static final String EPOCH = "019bbb40-92c4-7d55-a1f0-0c9e8d7b6a54";

  private static final String GBTN = "e5e66c42-ddd4-403b-bb0d-fd4a84433be8";

  private static final HostFacts HOST =
      new HostFacts(
          "kvm-07.example.org",
          "b5e1c7d2a94f4f0c8e63d1a7f2b90c55",
          "9f0b6d3e-6f0a-4c6e-9d0c-0a1b2c3d4e5f",
          "0.1.0");

  static final Envelopes ENVELOPES =
      new Envelopes(
          HOST,
          Redaction.standard(),
          Clock.fixed(TAKEN, ZoneOffset.UTC),
          (driver, subject) -> subject.equals("gbtn") ? GBTN : null,
          now -> OWN_ID);

  private static final LibvirtEvents LIBVIRT =
      new LibvirtEvents(
          HOST, Redaction.standard(), Clock.fixed(TAKEN, ZoneOffset.UTC), now -> OWN_ID);

  private Samples() {}

  /** Every sample by its name: the file's name without its ending. */
  static Map<String, Envelope> all() {
    Map<String, Envelope> all = new LinkedHashMap<>();
    calls().forEach((name, recorded) -> all.put(name, numbered(event(recorded))));
    all.put("agent.started", numbered(ENVELOPES.started(null, null, null)));
    all.put(
        "agent.started.new-epoch",
        numbered(
            ENVELOPES.started(
                "019b0f11-7c00-7b21-9d3e-aa0b1c2d3e4f", 88_213L, "kvm-old.example.org")));
    all.put("agent.stopped", numbered(ENVELOPES.stopped("signal")));
    all.put(
        "agent.heartbeat",
        ENVELOPES.heartbeat(EPOCH, 4711, new LinkedHashMap<>(Map.of("feed", 12L))));
    all.put(
        "refused",
        numbered(
            ENVELOPES.refused(
                all.get("qemu.started"),
                "feed",
                Reason.TOO_LARGE,
                "1310720 bytes even when reduced")));
    all.put(
        "lost.spool",
        numbered(
            ENVELOPES.lost(
                new Loss(
                    "spool",
                    "max-bytes",
                    List.of("feed", "audit"),
                    120,
                    "00000000000000004200",
                    "00000000000000004319",
                    null))));
    all.put(
        "lost.mailbox",
        numbered(
            ENVELOPES.lost(
                new Loss(
                    "mailbox",
                    "errno-28",
                    List.of(),
                    1,
                    CALLED.toString(),
                    CALLED.toString(),
                    HOOK_ID))));
    all.putAll(decisions(all.get("qemu.prepare")));
    all.putAll(libvirt());
    return all;
  }

  /** What libvirt reported to a client, and what its lists say. */
  private static Map<String, Envelope> libvirt() {
    Map<String, Envelope> all = new LinkedHashMap<>();
    RecordedMessages.all(CALLED)
        .forEach((name, event) -> all.put(name, numbered(LIBVIRT.of(event))));
    all.put("observer.gap", numbered(LIBVIRT.gap("qemu", CALLED.minusSeconds(3), TAKEN, "closed")));
    ObservedEvent.Subject running =
        new ObservedEvent.Subject("qemu", GBTN, "gbtn".getBytes(StandardCharsets.UTF_8), 10);
    ObservedEvent.Subject off =
        new ObservedEvent.Subject(
            "qemu",
            "e8767612-951a-4274-ae8c-e79202d6910a",
            "gnet".getBytes(StandardCharsets.UTF_8),
            -1);
    GuestList list =
        new GuestList(
            "qemu",
            true,
            List.of(
                new GuestList.Guest(running, "running", "booted", true, true),
                new GuestList.Guest(off, "shutoff", "crashed", true, false)));
    all.put("inventory", numbered(LIBVIRT.inventory(list, 4710).get(0)));
    return all;
  }

  private static Map<String, Envelope> decisions(Envelope hook) {
    Map<String, Envelope> all = new LinkedHashMap<>();
    Envelope request = ENVELOPES.requested(hook, "placement", Duration.ofMillis(1897), 1);
    all.put("decision.requested", request);
    all.put("decision.requested.told", numbered(ENVELOPES.reported(request)));
    List<RuleResult.Word> words =
        List.of(new RuleResult.Word("opa-1", "veto", "no room on this host", 1));
    RuleResult vetoed = new RuleResult("placement", "veto", "decided", words, List.of());
    byte[] said = RuleResult.json(List.of(vetoed));
    all.put("decision.made", numbered(made(1, "decided", "no room on this host", "", said)));
    RuleResult heard =
        new RuleResult(
            "placement",
            "allow",
            "decided",
            List.of(new RuleResult.Word("opa-2", "allow", "", 31)),
            List.of(
                new RuleResult.Ignored("", "malformed", 4),
                new RuleResult.Ignored("opa-1", "duplicate", 12)));
    all.put(
        "decision.made.ignored",
        numbered(made(0, "decided", "", "", RuleResult.json(List.of(heard)))));
    all.put(
        "decision.made.absent",
        numbered(made(0, "absent", "", "placement=allow,audit=allow", new byte[0])));
    all.put("decisions.switched", numbered(ENVELOPES.switched(false, "alice")));
    return all;
  }

  private static Envelope made(int exit, String cause, String reason, String rules, byte[] said) {
    long ended = CALLED.getEpochSecond() * 1_000_000_000L + CALLED.getNano() + 1_200_000;
    GateOutcome outcome =
        new GateOutcome(
            OWN_ID,
            ended,
            1,
            HOOK_ID,
            "qemu",
            "gbtn".getBytes(StandardCharsets.UTF_8),
            "prepare".getBytes(StandardCharsets.UTF_8),
            "begin".getBytes(StandardCharsets.UTF_8),
            exit,
            cause,
            "placement",
            reason.getBytes(StandardCharsets.UTF_8),
            1_123_456,
            rules,
            said);
    return ENVELOPES.made(Decision.of(outcome), outcome.id());
  }

  /** The recorded call behind every sample of a hook. */
  static Map<String, Recorded> calls() {
    Map<String, Recorded> calls = new LinkedHashMap<>();
    for (Operations.Operation operation : Operations.all()) {
      calls.put(
          operation.driver() + "." + operation.name(),
          first(
              r ->
                  r.driver().equals(operation.driver())
                      && r.operation().equals(operation.name())
                      && !r.file().equals("written-release-reasons.jsonl")));
    }
    calls.put(
        "qemu.migrate.secrets", first(r -> r.file().equals("written-secure-migration.jsonl")));
    calls.put("qemu.release.reason", first(r -> r.args().get(3).equals("from snapshot")));
    return calls;
  }

  static Envelope event(Recorded recorded) {
    long nanos = CALLED.getEpochSecond() * 1_000_000_000L + CALLED.getNano();
    return ENVELOPES.of(recorded.call(HOOK_ID, nanos));
  }

  /** In the CloudEvents JSON format, for people to read. */
  static String json(Envelope event) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    event.attributes().forEach(json::put);
    json.set("data", JSON.readTree(event.data()));
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator(""));
    printer.indentObjectsWith(lines);
    printer.indentArraysWith(lines);
    return JSON.writer(printer).writeValueAsString(json) + "\n";
  }

  /** As the spool would give it out. */
  private static Envelope numbered(Envelope event) {
    return event.with("epoch", EPOCH).with("sequence", "00000000000000004711");
  }

  private static Recorded first(Predicate<Recorded> wanted) {
    return Recordings.all().stream().filter(wanted).findFirst().orElseThrow();
  }
}

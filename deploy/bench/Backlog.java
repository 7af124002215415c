import dev.hookbridge.api.Envelope;
import dev.hookbridge.envelope.Envelopes;
import dev.hookbridge.envelope.HostFacts;
import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.record.HookCall;
import dev.hookbridge.spool.Batch;
import dev.hookbridge.spool.Limits;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.WhenFull;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Fills a spool that no agent has open with calls of 1,000 guests, and prints how large an event is
 * on average (data and attributes): {@code Backlog SPOOL EVENTS XML SINK...}.
 */
final class Backlog {
  private static final int GUESTS = 1_000;
  private static final int BATCH = 500;
  private static final String GUEST = "GUEST";
  private static final String UUID_HERE = "UUID";

  private final String xml;
  private long bytes;

  private Backlog(String xml) {
    this.xml = xml;
  }

  public static void main(String[] args) throws Exception {
    int events = Integer.parseInt(args[1]);
    String xml = Files.readString(Path.of(args[2])).replaceAll("(?s)<controller type='pci' index='([5-9]|..)'.*?</controller>", "");
    Backlog backlog = new Backlog(xml);
    Limits limits = new Limits(1L << 36, WhenFull.DROP_NEWEST);
    Path folder = Path.of(args[0]);
    try (Spool spool = Spool.open(folder, "bench.example.org", limits, new SimpleMeterRegistry())) {
      spool.sinks(Set.copyOf(List.of(args).subList(3, args.length)));
      backlog.fill(spool, events);
    }
    System.out.println(backlog.bytes / events);
  }

  private void fill(Spool spool, int events) throws Exception {
    HostFacts host = HostFacts.detect("bench").named("bench.example.org");
    Envelopes envelopes = new Envelopes(host, Redaction.standard(), Clock.systemUTC());
    List<Envelope> batch = new ArrayList<>();
    for (int i = 0; i < events; i++) {
      Envelope event = envelopes.of(call(i));
      bytes += size(event);
      batch.add(event);
      if (batch.size() == BATCH || i == events - 1) {
        spool.append(Batch.of(batch));
        spool.forget(batch.stream().map(Envelope::id).toList());
        batch.clear();
      }
    }
  }

  private HookCall call(int i) {
    String guest = "guest-" + i % GUESTS;
    String uuid = UUID.nameUUIDFromBytes(bytes(guest)).toString();
    long now = System.currentTimeMillis() * 1_000_000;
    return new HookCall(
        UUID.randomUUID().toString(),
        now,
        now,
        "bench",
        "bench",
        "qemu",
        bytes(guest),
        bytes("started"),
        bytes("begin"),
        bytes("-"),
        0,
        "",
        false,
        bytes(xml.replace(GUEST, guest).replace(UUID_HERE, uuid)));
  }

  private static long size(Envelope event) {
    long size = event.data().length;
    for (var attribute : event.attributes().entrySet()) {
      size += attribute.getKey().length() + attribute.getValue().length();
    }
    return size;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

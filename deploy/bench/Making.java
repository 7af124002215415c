import dev.hookbridge.envelope.Envelopes;
import dev.hookbridge.envelope.HostFacts;
import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.record.HookCall;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/**
 * How much processor time an event takes to make out of a call, in µs: {@code Making XML}. The
 * first rounds find a JVM that is just awake, and the best of the others is printed.
 */
final class Making {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int EVENTS = 20_000;

  private Making() {}

  public static void main(String[] args) throws Exception {
    byte[] xml = Files.readAllBytes(Path.of(args[0]));
    HostFacts host = HostFacts.detect("bench").named("bench.example.org");
    Envelopes envelopes = new Envelopes(host, Redaction.standard(), Clock.systemUTC());
    HookCall call =
        new HookCall(
            "019bc0d5-1a7b-7c3e-9f00-5d6a2b8e4c11", 1, 1, "boot", "bench", "qemu", bytes("guest"),
            bytes("started"), bytes("begin"), bytes("-"), 0, "", false, xml);
    measure(envelopes, call);
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      best = Math.min(best, measure(envelopes, call));
    }
    System.out.println(best);
  }

  private static long measure(Envelopes envelopes, HookCall call) {
    long begun = THREADS.getCurrentThreadCpuTime();
    for (int i = 0; i < EVENTS; i++) {
      if (envelopes.of(call).data().length < call.stdin().length) {
        throw new IllegalStateException("an event without its XML");
      }
    }
    return (THREADS.getCurrentThreadCpuTime() - begun) / 1000 / EVENTS;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

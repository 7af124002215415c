package dev.hookbridge.spool;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.table.SpooledEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Works on a spool until it is killed, and says what may be relied on, a line each that ends with a
 * dot: {@code appended} ids once a batch is durable, {@code forgotten} ids when it has let go of
 * them, {@code confirming} ids before, and {@code confirmed} numbers once that is durable.
 */
final class SpoolWorker {
  private SpoolWorker() {}

  public static void main(String[] args) throws Exception {
    Random random = new Random(Long.parseLong(args[1]));
    Limits limits = new Limits(64L << 20, WhenFull.DROP_OLDEST);
    Spool spool = Spool.open(Path.of(args[0]), "host", limits, new SimpleMeterRegistry());
    spool.sinks(Set.of("a", "b"));
    while (true) {
      List<Envelope> batch = Samples.events(random, 1 + random.nextInt(20), random.nextInt(9000));
      List<String> ids = batch.stream().map(Envelope::id).toList();
      spool.append(Batch.of(batch));
      say("appended", ids);
      if (random.nextBoolean()) {
        say("forgotten", ids);
        spool.forget(ids);
      }
      List<SpooledEvent> page = spool.read("a", 0, 40, 1L << 20);
      List<SpooledEvent> chosen = page.stream().filter(event -> random.nextInt(4) > 0).toList();
      say("confirming", chosen.stream().map(event -> event.envelope().id()).toList());
      List<Long> some = chosen.stream().map(SpooledEvent::sequence).toList();
      some.forEach(spool.cursor("a")::confirm);
      some.forEach(spool.cursor("b")::confirm);
      if (random.nextInt(5) == 0) {
        spool.save();
        say("confirmed", some);
      }
    }
  }

  private static void say(String what, List<?> values) {
    StringBuilder line = new StringBuilder(what);
    values.forEach(value -> line.append(' ').append(value));
    System.out.println(line.append(" ."));
    System.out.flush();
  }
}

package dev.hookbridge.spool;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.table.SpooledEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * How fast the spool is on a disk: {@code SpoolBench <new folder> [events] [batch] [bytes]}. Prints
 * events a second for appending, reading, confirming with trimming, and all of them at once.
 */
public final class SpoolBench {
  private static final int PAGE = 500;
  private static final long PAGE_BYTES = 8L << 20;
  private static final Random RANDOM = new Random(1);

  private SpoolBench() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    int events = args.length > 1 ? Integer.parseInt(args[1]) : 100_000;
    int batch = args.length > 2 ? Integer.parseInt(args[2]) : 250;
    int bytes = args.length > 3 ? Integer.parseInt(args[3]) : 8000;
    Limits limits = new Limits(64L << 30, WhenFull.DROP_OLDEST);
    try (Spool spool = Spool.open(folder, "bench", limits, new SimpleMeterRegistry())) {
      spool.sinks(Set.of("a"));
      rate("append", events, () -> append(spool, events, batch, bytes));
      rate("read", events, () -> read(spool, 0, spool.last(), false));
      rate("read again", events, () -> read(spool, 0, spool.last(), false));
      rate("confirm and trim", events, () -> confirm(spool));
      rate("append while draining", events, () -> both(spool, events, batch, bytes));
      System.out.printf("%d events, %d MiB left%n", spool.events(), spool.bytes() >> 20);
    }
  }

  private static void append(Spool spool, int events, int batch, int bytes) throws Exception {
    for (int done = 0; done < events; done += batch) {
      List<Envelope> taken = Samples.events(RANDOM, batch, bytes);
      spool.append(Batch.of(taken));
      spool.forget(taken.stream().map(Envelope::id).toList());
    }
  }

  private static void read(Spool spool, long after, long last, boolean confirm) throws Exception {
    long at = after;
    long saved = System.nanoTime();
    while (at < last) {
      for (SpooledEvent event : spool.read("a", at, PAGE, PAGE_BYTES)) {
        at = event.sequence();
        if (confirm) {
          spool.cursor("a").confirm(at);
        }
      }
      if (confirm && System.nanoTime() - saved > 1_000_000_000L) {
        spool.save();
        saved = System.nanoTime();
      }
    }
  }

  private static void confirm(Spool spool) throws Exception {
    for (long number = 1; number <= spool.last(); number++) {
      spool.cursor("a").confirm(number);
    }
    spool.save();
  }

  private static void both(Spool spool, int events, int batch, int bytes) throws Exception {
    long before = spool.last();
    List<Exception> failures = new ArrayList<>();
    Thread drain =
        new Thread(
            () -> {
              try {
                read(spool, before, before + events, true);
              } catch (Exception e) {
                failures.add(e);
              }
            });
    drain.start();
    append(spool, events, batch, bytes);
    drain.join();
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
    spool.save();
  }

  private static void rate(String what, int events, Work work) throws Exception {
    long begun = System.nanoTime();
    work.run();
    double seconds = (System.nanoTime() - begun) / 1e9;
    System.out.printf("%-24s %,9.0f events/s%n", what, events / seconds);
  }

  private interface Work {
    void run() throws Exception;
  }
}

package dev.hookbridge.amqp.client;

import dev.hookbridge.api.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for which delivery tag of one channel. Whoever removes an entry owes its outcome, and
 * each is removed once, so that no envelope gets two.
 *
 * <p>Safe between threads.
 */
public final class Unconfirmed {

  /** One published message. {@code returned} is guarded by the {@link Unconfirmed} it is in. */
  public static final class Entry {
    private final String id;
    private final long bytes;
    private final long since;
    private final Consumer<Outcome> outcome;
    private @Nullable String returned;

    private Entry(String id, long bytes, long since, Consumer<Outcome> outcome) {
      this.id = id;
      this.bytes = bytes;
      this.since = since;
      this.outcome = outcome;
    }

    public void settle(Outcome result) {
      outcome.accept(result);
    }

    /** Its body's size. */
    public long bytes() {
      return bytes;
    }

    /** What the broker said when it returned it, or null when it did not. */
    @Nullable String returned() {
      return returned;
    }
  }

  private final NavigableMap<Long, Entry> byTag = new TreeMap<>();
  private final Map<String, Entry> byId = new HashMap<>();

  synchronized void add(long tag, String id, long bytes, long now, Consumer<Outcome> outcome) {
    Entry entry = new Entry(id, bytes, now, outcome);
    byTag.put(tag, entry);
    byId.put(id, entry);
  }

  /**
   * Notes that the broker gave a message back. Its confirm is still to come, so it stays. A return
   * carries no tag, only the message and with it the id.
   */
  synchronized void returned(@Nullable String id, String text) {
    Entry entry = byId.get(id);
    if (entry != null) {
      entry.returned = text;
    }
  }

  /** Removes the message with this tag and, with {@code multiple}, all before it. */
  synchronized List<Entry> remove(long tag, boolean multiple) {
    NavigableMap<Long, Entry> settled =
        multiple ? byTag.headMap(tag, true) : byTag.subMap(tag, true, tag, true);
    List<Entry> entries = new ArrayList<>(settled.values());
    settled.clear();
    entries.forEach(entry -> byId.remove(entry.id, entry));
    return entries;
  }

  /** Removes all. */
  List<Entry> drain() {
    return remove(Long.MAX_VALUE, true);
  }

  /** When the oldest was sent, by {@link System#nanoTime}; {@code now} when there is none. */
  synchronized long oldest(long now) {
    return byTag.isEmpty() ? now : byTag.firstEntry().getValue().since;
  }
}

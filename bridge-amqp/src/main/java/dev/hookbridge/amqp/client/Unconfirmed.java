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
 * Holds the unconfirmed messages of one channel by delivery tag. The caller that removes an entry
 * must report its outcome. Each entry is removed once, so no event gets two outcomes.
 *
 * <p>Safe for use by several threads.
 */
public final class Unconfirmed {

  /** A published message. The {@link Unconfirmed} that contains it guards {@code returned}. */
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

    /** Reports the outcome. */
    public void settle(Outcome result) {
      outcome.accept(result);
    }

    /** Returns the size of the body. */
    public long bytes() {
      return bytes;
    }

    /** Returns the broker's text when it returned the message, or null when it did not. */
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
   * Records that the broker returned a message. The entry stays, because the confirm follows. A
   * return has no tag, only the message with its ID.
   */
  synchronized void returned(@Nullable String id, String text) {
    Entry entry = byId.get(id);
    if (entry != null) {
      entry.returned = text;
    }
  }

  /** Removes the message with this tag, and with {@code multiple} all earlier ones. */
  synchronized List<Entry> remove(long tag, boolean multiple) {
    NavigableMap<Long, Entry> settled =
        multiple ? byTag.headMap(tag, true) : byTag.subMap(tag, true, tag, true);
    List<Entry> entries = new ArrayList<>(settled.values());
    settled.clear();
    entries.forEach(entry -> byId.remove(entry.id, entry));
    return entries;
  }

  /** Removes all messages. */
  List<Entry> drain() {
    return remove(Long.MAX_VALUE, true);
  }

  /**
   * Returns when the oldest message was sent, by {@link System#nanoTime}, or {@code now} when there
   * is none.
   */
  synchronized long oldest(long now) {
    return byTag.isEmpty() ? now : byTag.firstEntry().getValue().since;
  }
}

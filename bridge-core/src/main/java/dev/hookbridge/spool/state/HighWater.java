package dev.hookbridge.spool.state;

import dev.hookbridge.spool.table.Cursor;
import dev.hookbridge.spool.table.Ranges;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the spool has acknowledged, as stored outside its database.
 *
 * @param generation the number of writes; of two copies, the higher one is newer
 * @param lineage the name of the series of sequence numbers; it stays the same across epochs, and
 *     across files that replaced each other
 * @param epoch the epoch of the highest number
 * @param last the highest sequence number
 * @param parked whether there ever were dead letters
 * @param sinks what each sink has confirmed, up to a second ago; the lowest ranges only, if a sink
 *     has very many
 */
public record HighWater(
    long generation,
    String lineage,
    String epoch,
    HostIdentity identity,
    long last,
    boolean parked,
    Map<String, Ranges> sinks) {
  /** The maximum number of ranges of all sinks together, so that a record fits its slot. */
  private static final int MOST_RANGES = 600;

  /** Returns the mark after the commit of a transaction. */
  HighWater after(Transaction change) {
    Map<String, Ranges> now = sinks;
    if (!change.snapshots().isEmpty() || !change.removed().isEmpty()) {
      now = new TreeMap<>(sinks);
      for (Cursor.Snapshot cursor : change.snapshots()) {
        now.put(cursor.sink(), cursor.ranges());
      }
      now.keySet().removeAll(change.removed());
      now.remove(SpoolState.NOBODY);
    }
    boolean letters = parked || change.parked();
    return new HighWater(generation + 1, lineage, epoch, identity, change.last(), letters, now);
  }

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(generation);
      out.writeUTF(lineage);
      out.writeUTF(epoch);
      out.writeUTF(identity.host());
      out.writeUTF(identity.machineId());
      out.writeUTF(identity.bootId());
      out.writeLong(last);
      out.writeBoolean(parked);
      out.writeInt(sinks.size());
      int most = MOST_RANGES / Math.max(1, sinks.size());
      for (Map.Entry<String, Ranges> sink : sinks.entrySet()) {
        out.writeUTF(sink.getKey());
        Ranges ranges = sink.getValue();
        int kept = Math.min(ranges.size(), most);
        out.writeInt(kept);
        for (int i = 0; i < kept; i++) {
          out.writeLong(ranges.first(i));
          out.writeLong(ranges.last(i));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads the output of {@link #encode}.
   *
   * @throws IOException when the bytes are not a high-water mark
   */
  static HighWater decode(byte[] bytes) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      long generation = in.readLong();
      String lineage = in.readUTF();
      String epoch = in.readUTF();
      HostIdentity identity = new HostIdentity(in.readUTF(), in.readUTF(), in.readUTF());
      long last = in.readLong();
      boolean parked = in.readBoolean();
      Map<String, Ranges> sinks = new TreeMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        String sink = in.readUTF();
        Ranges ranges = new Ranges();
        for (int i = in.readInt(); i > 0; i--) {
          ranges.add(in.readLong(), in.readLong());
        }
        sinks.put(sink, ranges);
      }
      return new HighWater(generation, lineage, epoch, identity, last, parked, sinks);
    } catch (IllegalArgumentException e) {
      throw new IOException("not a list of ranges", e);
    }
  }
}

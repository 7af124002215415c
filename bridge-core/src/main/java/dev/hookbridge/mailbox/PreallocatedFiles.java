package dev.hookbridge.mailbox;

import dev.hookbridge.disk.Durable;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps spare files: preallocated files of zeros for the shim. To make a new file durable costs the
 * shim twice as much as to overwrite a file whose inode and blocks are already durable. So the
 * agent prepares spares while no hook waits. They are in {@code new} under hidden names. The shim
 * locks a spare, writes a call into it, syncs it, and renames it within the folder. Without a spare
 * the shim creates a file. The shim does not sync the rename. After a power cut, calls that were
 * promised to libvirt may be in spares again.
 *
 * <p>A spare whose call is stored is used again, because that writes less than a new file:
 *
 * <pre>
 * new/CALL  →  new/.making-NNN   by {@link #recycle}, in place of a removal
 *              sync the folder   from now on a power cut cannot bring back the name CALL
 *              zeros, synced     from now on it cannot bring back the call: its id may be forgotten
 *           →  new/.spare-NNN
 * </pre>
 *
 * <p>One thread runs it, named {@code spares}. {@link #recycle} and {@link #removed} are for the
 * thread that reads the mailbox.
 */
public final class PreallocatedFiles implements Runnable {
  /** The maximum number of spares. The shim is built for the same number. */
  static final int MOST = 128;

  private static final Logger LOG = LoggerFactory.getLogger(PreallocatedFiles.class);
  private static final long LEAST_ROOM = 16L << 20;
  private static final int SECONDS_TO_GATHER = 5;

  private final Path folder;
  private final Semaphore used = new Semaphore(0);
  private final Queue<Integer> numbers = new ConcurrentLinkedQueue<>();
  private final Queue<Path> recycled = new ConcurrentLinkedQueue<>();
  private final Queue<Runnable> awaitingSync = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;
  private boolean failing;

  PreallocatedFiles(Path mail) {
    this.folder = mail.resolve("new");
    IntStream.range(MOST, 2 * MOST).forEach(numbers::add); // lower numbers are for new files
  }

  /**
   * Prepares missing spares and makes removals durable: at the start, soon after files were
   * removed, and every minute.
   */
  @Override
  public void run() {
    try {
      used.tryAcquire(MOST / 4, 1, TimeUnit.SECONDS); // other work first, when the agent starts
      used.drainPermits();
      while (!stopping) { // read after the permits, or those of stop() could be lost
        fillIfPossible();
        gather();
        used.drainPermits();
      }
    } catch (InterruptedException e) {
      return;
    }
    if (!recycled.isEmpty() || !awaitingSync.isEmpty()) {
      fillIfPossible(); // hooks use them while no agent runs
    }
  }

  private void fillIfPossible() {
    try {
      fill();
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        LOG.warn(
            "{} cannot be synced or written ({}), so hooks take longer and ids of stored calls are"
                + " remembered; check the disk",
            folder,
            e.toString());
      }
      failing = true;
    }
  }

  /** Waits for a removal, and then for more of them. */
  private void gather() throws InterruptedException {
    if (used.tryAcquire(1, 60, TimeUnit.SECONDS)) {
      used.tryAcquire(MOST / 4 - 1, SECONDS_TO_GATHER, TimeUnit.SECONDS);
    }
  }

  /**
   * Takes the file of a stored call out of the mailbox, to use it again as a spare. Returns false
   * when it stays, because enough of them are prepared at the moment, or when it cannot be renamed.
   */
  boolean recycle(Path file) {
    Integer number = numbers.poll();
    if (number == null) {
      return false;
    }
    Path begun = SpareFile.begun(folder, number);
    try {
      Files.move(file, begun, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.debug("{} is not used again: {}", file, e.toString());
      numbers.add(number);
      return false;
    }
    recycled.add(begun);
    return true;
  }

  /**
   * Runs {@code durable} once the removal of the files that were removed or recycled before this
   * call is durable. It runs on the thread of {@link #run}.
   */
  void removed(int files, Runnable durable) {
    awaitingSync.add(durable);
    used.release(files);
  }

  /** Ends {@link #run}. */
  public void stop() {
    stopping = true;
    used.release(MOST);
  }

  void fill() throws IOException {
    List<Runnable> waiting = drain(awaitingSync); // before the files: these are removed by now
    List<Path> begun = drain(recycled);
    try {
      List<Integer> missing = missing();
      while (begun.size() > missing.size()) {
        release(begun.remove(begun.size() - 1), null);
      }
      FileStore store = Files.getFileStore(folder);
      for (int i = begun.size();
          i < missing.size() && !stopping && store.getUsableSpace() > LEAST_ROOM;
          i++) {
        Path file = SpareFile.begun(folder, missing.get(i));
        SpareFile.make(file);
        begun.add(file);
      }
      if (begun.isEmpty() && waiting.isEmpty()) {
        return;
      }
      // The shim uses a spare only when it is durable under some name: recovery reads all names.
      Durable.sync(folder);
      if (!clear(begun)) {
        Durable.sync(folder);
      }
      waiting.forEach(Runnable::run);
      waiting.clear();
      while (!begun.isEmpty()) {
        Path file = begun.remove(begun.size() - 1);
        release(file, SpareFile.ready(folder, missing.get(begun.size())));
      }
    } catch (IOException e) {
      awaitingSync.addAll(waiting);
      begun.stream().filter(file -> SpareFile.number(file) >= MOST).forEach(recycled::add);
      throw e;
    }
  }

  private static <T> List<T> drain(Queue<T> queue) {
    List<T> drained = new ArrayList<>();
    for (T one = queue.poll(); one != null; one = queue.poll()) {
      drained.add(one);
    }
    return drained;
  }

  private List<Integer> missing() {
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      if (!Files.exists(SpareFile.ready(folder, i), LinkOption.NOFOLLOW_LINKS)) {
        missing.add(i);
      }
    }
    return missing;
  }

  /** Gives a file its name as a spare, or deletes it. Its old name is free then. */
  private void release(Path file, @Nullable Path spare) throws IOException {
    try {
      if (spare == null) {
        Files.deleteIfExists(file);
      } else {
        Files.move(file, spare, StandardCopyOption.ATOMIC_MOVE);
      }
    } finally {
      int number = SpareFile.number(file);
      if (number >= MOST) {
        numbers.add(number);
      }
    }
  }

  /**
   * Overwrites the calls in these files, durably. Deletes a file that cannot be written.
   *
   * @return whether all files were written
   */
  private boolean clear(List<Path> files) throws IOException {
    List<Path> failed = new ArrayList<>();
    for (Path file : files) {
      try {
        SpareFile.clear(file);
      } catch (IOException e) {
        LOG.debug("{} cannot be used again: {}", file, e.toString());
        failed.add(file);
      }
    }
    files.removeAll(failed);
    for (Path file : failed) {
      release(file, null);
    }
    return failed.isEmpty();
  }
}

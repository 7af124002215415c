package dev.hookbridge.mailbox;

import dev.hookbridge.disk.Durable;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which the shim gives complete files their names. It returns calls in the order in
 * which they were made. It keeps every file until {@link #remove} says that its content is stored
 * elsewhere.
 *
 * <p>Use it on one thread. At the start, and after the kernel's event queue overflowed, it scans
 * the folder until it has returned everything older than that moment. From then on it takes the
 * names from the kernel's events, in the order of the renames. A million files do not need a
 * million names in memory.
 */
public final class Mailbox implements AutoCloseable {
  private static final int BATCH_FILES = 512;
  private static final long BATCH_BYTES = 4L << 20;

  private final Path fresh;
  private final MailReader reader;
  private final Boot boot;
  private final WatchService watch;
  private final LossLog losses;
  private final PreallocatedFiles spares;
  private final ArrayDeque<String> names = new ArrayDeque<>();

  /** The calls of the latest batch whose files were spares. */
  private final Set<String> inSpares = new HashSet<>();

  private long lookUntil;
  private boolean looking;
  private volatile long waiting;

  /**
   * The losses that no batch has reported. They are kept when a batch fails, because no loss is
   * read twice.
   */
  private List<LostCall> found = new ArrayList<>();

  /** The memory for the calls of the latest batch and the events that are made of them. */
  private ByteBudget.Share room = ByteBudget.ofHeap().take(0);

  private Mailbox(Path mail, MailReader reader, Boot boot, WatchService watch, LossLog losses) {
    this.losses = losses;
    this.fresh = mail.resolve("new");
    this.spares = new PreallocatedFiles(mail);
    this.reader = reader;
    this.boot = boot;
    this.watch = watch;
  }

  /**
   * The paths of the mailbox.
   *
   * @param mail the folder that contains {@code new}
   * @param aside the quarantine for files that are not records; created when missing, bounded
   * @param lost the file in which the shim records what it could not write
   * @param lasting whether that file outlives a restart of the host (a trial folder)
   */
  public record Places(Path mail, Path aside, Path lost, boolean lasting) {}

  /**
   * Opens the mailbox. Its folders must exist.
   *
   * @param note the result of {@link #note} that was stored with the latest batch, else empty
   * @throws IOException when a folder is missing or cannot be read
   */
  public static Mailbox open(Places places, String note) throws IOException {
    return open(places, note, Boot.ofKernel());
  }

  static Mailbox open(Places places, String note, Boot boot) throws IOException {
    WatchService watch = places.mail().getFileSystem().newWatchService();
    LossLog losses = LossLog.resume(places.lost(), places.lasting(), note, boot.id());
    MailReader reader =
        new MailReader(
            places.mail().resolve("new"), new MailboxQuarantine(places.aside()), losses, boot.id());
    Mailbox mailbox = new Mailbox(places.mail(), reader, boot, watch, losses);
    try {
      mailbox.fresh.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      if (new CrashRecovery(places.mail(), boot.id(), reader).recover()) {
        Durable.sync(mailbox.fresh);
      }
      mailbox.look();
      return mailbox;
    } catch (IOException | RuntimeException e) {
      watch.close();
      throw e;
    }
  }

  /** A batch: calls and outcomes in order, and the calls that left no readable file. */
  public record Batch(List<MailboxEntry> mails, List<LostCall> losses) {
    public boolean isEmpty() {
      return mails.isEmpty() && losses.isEmpty();
    }
  }

  /**
   * Returns the next records, up to one batch. Returns an empty batch when none came within {@code
   * wait}. A file that was not removed may be returned again, with the same id.
   *
   * @throws IOException when the folder cannot be read: try again later, nothing is lost
   */
  public Batch take(Duration wait) throws IOException {
    room.close(); // the previous batch is no longer in memory
    inSpares.clear();
    if (names.isEmpty() && looking) {
      scan();
    }
    if (names.isEmpty() && !looking) {
      listen(wait);
    }
    Batch batch = new Batch(new ArrayList<>(), found);
    batch.losses().addAll(losses.read());
    if (names.isEmpty() && !looking) {
      batch.losses().addAll(losses.neverArrived());
    }
    if (!names.isEmpty()) {
      long first = reader.size(names.element());
      // A small call is in memory as a record and as an event, a large one only as an event.
      room = ByteBudget.ofHeap().take(Math.max(2 * BATCH_BYTES, first + first / 4));
    }
    long bytes = 0;
    while (!names.isEmpty() && batch.mails().size() < BATCH_FILES) {
      if (bytes > 0 && bytes + reader.size(names.element()) > BATCH_BYTES) {
        break;
      }
      String name = names.remove();
      long size = reader.read(name, batch);
      bytes += size;
      if (size == SpareFile.SIZE) {
        inSpares.add(name);
      }
    }
    found = new ArrayList<>();
    return batch;
  }

  /**
   * Returns the task that prepares spare files for hooks and makes removals durable. Run it on its
   * own thread.
   */
  public PreallocatedFiles spares() {
    return spares;
  }

  /** Returns whether everything that was here when the mailbox was opened has been returned. */
  public boolean caughtUp() {
    return !looking && names.isEmpty();
  }

  /** Returns the position in the loss log. Store it in one transaction with a batch. */
  public String note() {
    return losses.note();
  }

  /**
   * Returns the number of files that wait, according to the latest scan and the events since then.
   */
  public long waiting() {
    return waiting + names.size();
  }

  /**
   * Removes the files of the latest batch, whose records are stored elsewhere. Some become spares.
   *
   * @param durable runs when the removal is durable, on another thread. Forget the ids only then,
   *     because until then a power cut can bring a file back
   */
  public void remove(List<MailboxEntry> mails, Runnable durable) throws IOException {
    for (MailboxEntry mail : mails) {
      Path file = fresh.resolve(mail.name());
      if (!inSpares.contains(mail.name()) || !spares.recycle(file)) {
        Files.deleteIfExists(file);
      }
    }
    waiting = Math.max(0, waiting - mails.size());
    spares.removed(mails.size(), durable);
  }

  /** Runs {@code durable} when every removal before this call is durable, on another thread. */
  public void whenDurable(Runnable durable) {
    spares.removed(1, durable);
  }

  /**
   * Makes the mailbox return again what was returned and not {@linkplain #remove removed}, in
   * order. Call it when a batch could not be processed.
   */
  public void lookAgain() {
    names.clear();
    look();
  }

  /** Starts to scan the folder, until everything older than now is returned. */
  private void look() {
    looking = true;
    lookUntil = boot.now() + 2 * Boot.STEP;
  }

  private void scan() throws IOException {
    Scan scan = Scan.of(fresh, boot);
    scan.names().forEach(name -> names.add(name.toString()));
    scan.foreign().forEach(reader::foreign);
    waiting = Math.max(0, scan.files() - scan.names().size());
    looking = scan.more() || scan.moment() < lookUntil;
    if (looking && names.isEmpty()) {
      LockSupport.parkNanos(Boot.STEP); // this waits for the clock's next step
    }
  }

  private void listen(Duration wait) throws IOException {
    WatchKey key = poll(wait);
    while (key != null) {
      for (WatchEvent<?> event : key.pollEvents()) {
        if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
          look();
        } else if (!CrashRecovery.isName(String.valueOf(event.context()))) {
          names.add(String.valueOf(event.context()));
        }
      }
      if (!key.reset()) {
        throw new IOException(fresh + " is gone: restore it with layout.sh and restart the agent");
      }
      key = names.size() < BATCH_FILES ? watch.poll() : null;
    }
    if (looking) {
      names.clear(); // the scan finds them too, in order
    }
  }

  private @Nullable WatchKey poll(Duration wait) {
    try {
      return watch.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (ClosedWatchServiceException e) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    room.close();
    watch.close();
  }
}

package dev.hookbridge.mailbox;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which the shim gives complete files their names. Gives them out in the order in
 * which the calls were made and keeps every file until it is told that its content is safe
 * elsewhere: peek, store, remove; never pop.
 *
 * <p>Used by one thread. At the start, and after the kernel's queue of events overflowed, the
 * folder is looked through until everything older than that moment is taken; from then on the
 * events tell the names, in the order of the renames. A million files need no million names in
 * memory.
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
  private long lookUntil;
  private boolean looking;
  private volatile long waiting;

  /** Losses that no batch has told of; kept when one fails on its way, for none is read twice. */
  private List<LostCall> found = new ArrayList<>();

  /** For the letters of the last batch and the events that are made of them. */
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
   * Where things are.
   *
   * @param mail the folder that holds {@code new} and, of earlier releases, {@code tmp} and {@code
   *     spare}, which may be missing
   * @param aside where files go that are no records; made when missing, bounded
   * @param lost the shim's record of what it could not write
   * @param lasting the record of losses outlives a restart of the host: a trial folder
   */
  public record Places(Path mail, Path aside, Path lost, boolean lasting) {}

  /**
   * Opens the mailbox, whose folders must be there.
   *
   * @param note what {@link #note} said when the last batch was stored, else empty
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
        sync(mailbox.fresh);
      }
      mailbox.look();
      return mailbox;
    } catch (IOException | RuntimeException e) {
      watch.close();
      throw e;
    }
  }

  /**
   * What a batch holds: letters in order, and what is known of calls that left no readable file.
   */
  public record Batch(List<MailboxEntry> mails, List<LostCall> losses) {
    public boolean isEmpty() {
      return mails.isEmpty() && losses.isEmpty();
    }
  }

  /**
   * The next calls, up to a batch of them; empty when none came in the time given. A file that was
   * not removed may be given again: ids tell.
   *
   * @throws IOException when the folder cannot be read: try again later, nothing is lost by it
   */
  public Batch take(Duration wait) throws IOException {
    room.close(); // the batch before is in memory no more
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
      // A small call is in memory as it came and as an event, a large one as an event alone.
      room = ByteBudget.ofHeap().take(Math.max(2 * BATCH_BYTES, first + first / 4));
    }
    long bytes = 0;
    while (!names.isEmpty() && batch.mails().size() < BATCH_FILES) {
      if (bytes > 0 && bytes + reader.size(names.element()) > BATCH_BYTES) {
        break;
      }
      long size = reader.read(names.remove(), batch);
      bytes += size;
      if (size == PreallocatedFiles.SIZE) {
        spares.used();
      }
    }
    found = new ArrayList<>();
    return batch;
  }

  /** To be run beside this, so that hooks find files to write into. */
  public PreallocatedFiles spares() {
    return spares;
  }

  /** Whether everything that lay here when this object was opened has been taken. */
  public boolean caughtUp() {
    return !looking && names.isEmpty();
  }

  /** How far the record of losses was read: to be stored in one transaction with a batch. */
  public String note() {
    return losses.note();
  }

  /** Files known to wait, as far as the last look and the events since tell. */
  public long waiting() {
    return waiting + names.size();
  }

  /**
   * Removes the files of calls that are safe elsewhere, and returns when the removal is durable:
   * only then may their ids be forgotten, because an unsynced removal comes back after a power cut.
   */
  public void remove(List<MailboxEntry> mails) throws IOException {
    for (MailboxEntry mail : mails) {
      Files.deleteIfExists(fresh.resolve(mail.name()));
    }
    waiting = Math.max(0, waiting - mails.size());
    if (!mails.isEmpty()) {
      sync(fresh);
    }
  }

  /**
   * What was given and not {@linkplain #remove removed} is given again, in its place among the
   * others: to be called when a batch could not be dealt with.
   */
  public void lookAgain() {
    names.clear();
    look();
  }

  /**
   * From now on the folder is looked through, until all that is older than this moment is taken.
   */
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
      LockSupport.parkNanos(Boot.STEP); // the clock's next step, not an event, ends this wait
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
      names.clear(); // the look sees them too, and in the right place
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

  static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    room.close();
    watch.close();
  }
}

package dev.hookbridge.mailbox;

import dev.hookbridge.record.HookCall;
import dev.hookbridge.record.LargeRecordReader;
import dev.hookbridge.record.MailFormat;
import dev.hookbridge.record.MailboxRecord;
import dev.hookbridge.record.MalformedRecordException;
import dev.hookbridge.record.Records;
import dev.hookbridge.text.TextSanitizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the files of the mailbox, and trusts nothing in them. */
final class MailReader {
  private static final Logger LOG = LoggerFactory.getLogger(MailReader.class);

  private final Path folder;
  private final MailboxQuarantine aside;
  private final LossLog losses;
  private final String boot;

  /**
   * Makes a reader of this folder.
   *
   * @param boot the id of the current boot
   */
  MailReader(Path folder, MailboxQuarantine aside, LossLog losses, String boot) {
    this.boot = boot;
    this.folder = folder;
    this.aside = aside;
    this.losses = losses;
  }

  /** Returns the size of a file; 0 when it is gone. */
  long size(String name) {
    return folder.resolve(name).toFile().length();
  }

  /**
   * Reads a file into the batch. Returns its size, or 0 when the file is gone, foreign or damaged.
   */
  long read(String name, Mailbox.Batch batch) throws IOException {
    Path file = folder.resolve(name);
    MailName parsed = MailName.parse(name);
    if (parsed == null) {
      foreign(name);
      return 0;
    }
    try {
      long size = size(file);
      if (size == 0 && !parsed.bootId().equals(boot)) {
        // The shim writes the file before it sets the name, and syncs both before its hook returns.
        LOG.info("{} was torn, its hook had not returned", name);
        Files.deleteIfExists(file);
        return 0;
      }
      HookCall large = size < LargeRecordReader.LEAST ? null : LargeRecordReader.read(file);
      if (large != null) {
        batch.mails().add(new MailboxEntry(name, letter(parsed, large)));
        return size;
      }
      byte[] record = Files.readAllBytes(file);
      batch.mails().add(new MailboxEntry(name, letter(parsed, record)));
      return record.length;
    } catch (NoSuchFileException e) {
      return 0;
    } catch (MalformedRecordException e) {
      LOG.warn("{} is quarantined in {}: {}", name, aside.folder(), e.getMessage());
      aside.take(file);
      batch.losses().add(new LostCall(parsed.id(), parsed.time(), "unknown", "unknown", "damaged"));
      return 0;
    }
  }

  /** Returns whether a file that does not have a call's name yet is a complete record. */
  boolean complete(Path file) throws IOException {
    try {
      size(file);
      MailFormat.readFile(Files.readAllBytes(file));
      return true;
    } catch (MalformedRecordException e) {
      return false;
    }
  }

  /** Quarantines a file that no shim has written. */
  void foreign(String name) {
    try {
      if (aside.take(folder.resolve(name))) {
        LOG.warn(
            "{} in {} is not a call: quarantined in {}",
            TextSanitizer.ascii(name),
            folder,
            aside.folder());
      }
    } catch (IOException e) {
      LOG.debug(
          "{} in {} cannot be quarantined: {}", TextSanitizer.ascii(name), folder, e.toString());
    }
  }

  private static long size(Path file) throws IOException, MalformedRecordException {
    // Never opens a link, a pipe or a device.
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new MalformedRecordException("it is not a regular file");
    }
    if (attributes.size() > MailFormat.MAX_FILE) {
      throw new MalformedRecordException(
          "it has " + attributes.size() + " bytes, more than a record can");
    }
    return attributes.size();
  }

  private MailboxRecord letter(MailName name, byte[] record) throws MalformedRecordException {
    MailFormat.Parts parts = MailFormat.readFile(record);
    if (!parts.text("id").equals(name.id())) {
      throw new MalformedRecordException("its name and its content disagree about the id");
    }
    if (parts.kind().equals("outcome")) {
      losses.arrivedLate(name.id());
      return Records.outcome(parts);
    }
    return letter(name, Records.call(parts));
  }

  private MailboxRecord letter(MailName name, HookCall call) throws MalformedRecordException {
    if (!call.id().equals(name.id())) {
      throw new MalformedRecordException("its name and its content disagree about the id");
    }
    return losses.arrivedLate(name.id()) ? call.asLate() : call;
  }
}

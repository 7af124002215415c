package dev.hookbridge.delivery;

import dev.hookbridge.mailbox.ByteBudget;
import dev.hookbridge.spool.Admission;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What the next page of events takes of the byte budget. A sink worker that holds events never
 * waits for room, since others may wait for what it holds; one that holds none does. Used by the
 * sink worker's thread alone.
 */
final class PageAdmission implements Admission, AutoCloseable {
  private final ByteBudget budget;
  private final Deque<ByteBudget.Share> admitted = new ArrayDeque<>();
  private ByteBudget.@Nullable Share reserved;
  private long refused;

  PageAdmission(ByteBudget budget) {
    this.budget = budget;
  }

  /** To be called before a page is read, outside of any transaction. */
  void prepare(boolean holdsNothing) {
    if (refused > 0 && holdsNothing && reserved == null) {
      reserved = budget.take(refused);
    }
    refused = 0;
  }

  /** Whether there is room for the next event of the page. */
  @Override
  public boolean admit(long size) {
    ByteBudget.Share share = reserved == null ? budget.tryTake(size) : reserved;
    reserved = null;
    refused = share == null ? size : 0;
    return share != null && admitted.add(share);
  }

  @Override
  public void withdraw() {
    admitted.removeLast().close();
  }

  /** Room for one event that is read by itself, which has to go on. */
  ByteBudget.Share take(long size) {
    return budget.take(size);
  }

  /** The share of the page's next event. */
  ByteBudget.Share next() {
    return admitted.remove();
  }

  @Override
  public void close() {
    admitted.forEach(ByteBudget.Share::close);
    admitted.clear();
    if (reserved != null) {
      reserved.close();
    }
  }
}

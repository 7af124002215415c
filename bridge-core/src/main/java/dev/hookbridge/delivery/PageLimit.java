package dev.hookbridge.delivery;

import dev.hookbridge.mailbox.ByteBudget;
import dev.hookbridge.spool.ReadLimit;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Reserves bytes of the byte budget for the next page of events. A sink worker that holds events
 * never waits for room, because others may wait for what it holds. A sink worker that holds none
 * waits. Only the sink worker's thread uses it.
 */
final class PageLimit implements ReadLimit, AutoCloseable {
  private final ByteBudget budget;
  private final Deque<ByteBudget.Share> admitted = new ArrayDeque<>();
  private ByteBudget.@Nullable Share reserved;
  private long refused;

  PageLimit(ByteBudget budget) {
    this.budget = budget;
  }

  /**
   * Prepares for the next page. Waits for room if the page before was refused and the worker holds
   * nothing. Call it before a page is read, outside of any transaction.
   */
  void prepare(boolean holdsNothing) {
    if (refused > 0 && holdsNothing && reserved == null) {
      reserved = budget.take(refused);
    }
    refused = 0;
  }

  /** Reserves room for the next event of the page. Returns false when there is none. */
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

  /** Waits for room for one event that is read on its own and must be sent. */
  ByteBudget.Share take(long size) {
    return budget.take(size);
  }

  /** Returns the share of the page's next event. */
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

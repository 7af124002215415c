package dev.hookbridge.observer.rpc;

import java.io.IOException;

/** The daemon sent bytes that are not a message of libvirt's protocol. */
public final class MalformedMessageException extends IOException {
  private static final long serialVersionUID = 1L;

  public MalformedMessageException(String message) {
    super(message);
  }
}

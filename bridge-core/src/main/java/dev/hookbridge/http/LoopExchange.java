package dev.hookbridge.http;

import com.sun.net.httpserver.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response. A response of known length is buffered until it is complete and
 * then passed to the {@link HttpLoop}, so no thread waits for a slow reader. A response without end
 * is written by its own thread. After the response the connection is closed.
 */
final class LoopExchange implements Exchange {
  private static final Map<Integer, String> REASONS =
      Map.of(
          200, "OK",
          400, "Bad Request",
          401, "Unauthorized",
          403, "Forbidden",
          404, "Not Found",
          405, "Method Not Allowed",
          500, "Internal Server Error",
          503, "Service Unavailable");

  private final HttpLoop loop;
  private final Peer peer;
  private final RequestHead head;
  private final Headers headers = new Headers();
  private int code = -1;
  private @Nullable OutputStream body;
  private boolean closed;

  LoopExchange(HttpLoop loop, Peer peer, RequestHead head) {
    this.loop = loop;
    this.peer = peer;
    this.head = head;
  }

  /** Returns the response for a client that does not speak HTTP. */
  static ByteBuffer refusal() {
    return ByteBuffer.wrap(text(400, new Headers(), 0));
  }

  private static byte[] text(int code, Headers headers, long length) {
    StringBuilder text = new StringBuilder(256);
    String reason = REASONS.getOrDefault(code, "");
    String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
    text.append("HTTP/1.1 ").append(code).append(' ').append(reason).append("\r\nDate: ");
    text.append(date).append("\r\nConnection: close\r\n");
    if (length >= 0) {
      text.append("Content-Length: ").append(length).append("\r\n");
    }
    for (Map.Entry<String, List<String>> header : headers.entrySet()) {
      for (String value : header.getValue()) {
        text.append(header.getKey()).append(": ").append(value).append("\r\n");
      }
    }
    return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void respond(int code, long length) throws IOException {
    if (this.code >= 0) {
      throw new IOException("the answer has begun");
    }
    this.code = code;
    if (length == 0) {
      DirectOutput out = new DirectOutput(peer);
      body = out;
      out.write(text(code, headers, -1));
      return;
    }
    ByteArrayOutputStream kept = new ByteArrayOutputStream((int) Math.max(256, length + 512));
    kept.writeBytes(text(code, headers, method().equals("HEAD") ? -1 : Math.max(0, length)));
    body = kept;
  }

  @Override
  public OutputStream body() {
    if (body == null) {
      throw new IllegalStateException("the answer has not begun");
    }
    return body;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (body instanceof ByteArrayOutputStream whole) {
      loop.answer(peer, ByteBuffer.wrap(whole.toByteArray()));
      return;
    }
    if (body instanceof DirectOutput out) {
      out.close();
    }
    loop.drop(peer);
  }

  @Override
  public Headers requestHeaders() {
    return head.headers();
  }

  @Override
  public Headers responseHeaders() {
    return headers;
  }

  @Override
  public URI target() {
    return head.target();
  }

  @Override
  public String method() {
    return head.method();
  }
}

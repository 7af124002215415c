package dev.hookbridge.metrics;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
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
 * One request with its answer. An answer of known length is kept until it is whole and then given
 * to the {@link HttpLoop}, so that no thread waits for who reads it; one without end is written by
 * the thread that has it. Then the connection ends.
 *
 * <p>Of the JDK's interface it has what handlers of ours use. This server has no contexts, no
 * attributes and no streams to exchange; who is admitted is the {@link BasicAuthFilter}'s to know.
 */
final class Answering extends HttpExchange {
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

  Answering(HttpLoop loop, Peer peer, RequestHead head) {
    this.loop = loop;
    this.peer = peer;
    this.head = head;
  }

  /** To who does not speak HTTP. */
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

  /** As the JDK's: a length, 0 for an end nobody knows, -1 for no body. */
  @Override
  public void sendResponseHeaders(int code, long length) throws IOException {
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
    kept.writeBytes(
        text(code, headers, getRequestMethod().equals("HEAD") ? -1 : Math.max(0, length)));
    body = kept;
  }

  @Override
  public OutputStream getResponseBody() {
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
  public Headers getRequestHeaders() {
    return head.headers();
  }

  @Override
  public Headers getResponseHeaders() {
    return headers;
  }

  @Override
  public URI getRequestURI() {
    return head.target();
  }

  @Override
  public String getRequestMethod() {
    return head.method();
  }

  @Override
  public String getProtocol() {
    return head.protocol();
  }

  @Override
  public InputStream getRequestBody() {
    return InputStream.nullInputStream();
  }

  @Override
  public int getResponseCode() {
    return code;
  }

  @Override
  public InetSocketAddress getRemoteAddress() {
    return peer.remote;
  }

  @Override
  public InetSocketAddress getLocalAddress() {
    throw new UnsupportedOperationException();
  }

  @Override
  public HttpContext getHttpContext() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Object getAttribute(String name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setAttribute(String name, Object value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setStreams(InputStream in, OutputStream out) {
    throw new UnsupportedOperationException();
  }

  @Override
  public @Nullable HttpPrincipal getPrincipal() {
    return null; // as for any server without an authenticator
  }
}

/**
 * The store over HTTP, contract version 1. Knows nothing of the client above. Start with
 * {@link io.quorate.client.http.HttpTransport}.
 */
@NullMarked
package io.quorate.client.http;

import org.jspecify.annotations.NullMarked;

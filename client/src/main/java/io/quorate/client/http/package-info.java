/**
 * The store over HTTP, contract version 1: each call is a delivery, which chooses nodes, repeats and hedges. Knows nothing
 * of the client above. Settings are in {@link io.quorate.client.http.HttpTransportConfig}; start to read with
 * {@link io.quorate.client.http.HttpTransport}.
 */
@NullMarked
package io.quorate.client.http;

import org.jspecify.annotations.NullMarked;

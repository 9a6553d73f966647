package io.quorate.client;

import io.quorate.client.bucket.BucketChange;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.bucket.BucketInfo;
import io.quorate.client.error.NotFoundException;
import io.quorate.client.error.RequestRefusedException;
import java.util.List;

/** Makes, lists and deletes buckets. */
public interface Buckets {
    /**
     * Makes a bucket, or changes the defaults of one that exists. May be repeated.
     *
     * @throws RequestRefusedException with code {@code bucket-immutable} if it exists with another mode or n
     */
    BucketChange create(String name, BucketDefinition definition);

    List<BucketInfo> list();

    /**
     * One bucket.
     *
     * @throws NotFoundException if there is none of this name
     */
    BucketInfo get(String name);

    /**
     * Deletes a bucket with all its keys; a bucket made anew under the name is empty.
     *
     * @throws NotFoundException if there is none of this name
     */
    void delete(String name);
}

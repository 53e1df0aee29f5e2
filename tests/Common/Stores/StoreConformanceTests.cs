using Ftte.Storage;
using static Ftte.StoreBench;

namespace Ftte;

/// <summary>What every store of this repository does. Tests of a store inherit it.</summary>
public abstract class StoreConformanceTests
{
    /// <summary>Specifies what to damage in the content of a store.</summary>
    public enum Damage
    {
        /// <summary>Bytes of all blobs are changed.</summary>
        BlobContent,

        /// <summary>Bytes of all blobs are removed.</summary>
        BlobLength,

        /// <summary>The first record is removed.</summary>
        FirstRecord,
    }

    /// <summary>Opens the store of this test. It is new at the first call.</summary>
    protected abstract IServerStore Open(int? keepVersions = 10);

    protected abstract Task<IReadOnlyList<StoredVersion>> GetVersionsAsync();

    protected abstract Task<ModelSnapshot> ReadVersionAsync(ModelVersion version, ParameterLayout layout);

    /// <summary>Counts the blobs in the store.</summary>
    protected abstract Task<long> CountBlobsAsync();

    /// <summary>Makes another owner write to the store, although the present one did not end.</summary>
    protected abstract Task TakeOverAsync();

    protected abstract Task DamageAsync(Damage damage);

    [StoreFact]
    public async Task A_new_store_is_empty()
    {
        await using IServerStore store = Open();
        StoreContent content = await store.LoadAsync();
        Assert.Null(content.Checkpoint);
        Assert.Empty(await content.Records.ToListAsync());
    }

    [StoreFact]
    public async Task Records_are_returned_in_ascending_order_with_every_byte()
    {
        await using (IServerStore store = Open())
        {
            await store.LoadAsync();
            await store.CommitAsync(new StoreBatch([Record(1), Record(2)], null, []));
            await store.CommitAsync(new StoreBatch([Record(3, 100_000)], null, []));
            await store.CommitAsync(new StoreBatch([Record(4, 0)], null, []));
        }

        await AssertContentAsync(null, Record(1), Record(2), Record(3, 100_000), Record(4, 0));
    }

    [StoreFact]
    public async Task A_batch_that_is_repeated_is_written_once()
    {
        StoreBatch batch = new([Record(1), Record(2)], new StoreCheckpoint(1, Bytes(1000, 7)), []);
        await using (IServerStore store = Open())
        {
            await store.LoadAsync();
            await store.CommitAsync(batch);
            await store.CommitAsync(batch);
            await store.CommitAsync(new StoreBatch([Record(3)], null, []));
            await store.CommitAsync(new StoreBatch([Record(3)], null, []));
        }

        await AssertContentAsync(batch.Checkpoint, Record(2), Record(3));
    }

    [StoreFact]
    public async Task A_checkpoint_replaces_the_last_one_and_the_records_up_to_its_position()
    {
        await using (IServerStore store = Open())
        {
            await store.LoadAsync();
            await store.CommitAsync(new StoreBatch([Record(1), Record(2), Record(3)], new StoreCheckpoint(0, Bytes(10, 1)), []));
            await store.CommitAsync(new StoreBatch([Record(4), Record(5)], new StoreCheckpoint(4, Bytes(20, 2)), []));
        }

        await AssertContentAsync(new StoreCheckpoint(4, Bytes(20, 2)), Record(5));
        Assert.Equal(1, await CountBlobsAsync());
    }

    [StoreTheory]
    [InlineData((4 << 20) - 1)]
    [InlineData(4 << 20)]
    [InlineData((9 << 20) + 3)]
    public async Task A_checkpoint_of_several_parts_is_returned_with_every_byte(int length)
    {
        var checkpoint = new StoreCheckpoint(0, Bytes(length, 3));
        await using (IServerStore store = Open())
        {
            await store.LoadAsync();
            await store.CommitAsync(new StoreBatch([], checkpoint, []));
        }

        await AssertContentAsync(checkpoint);
    }

    [StoreFact]
    public async Task A_batch_of_many_megabytes_is_written_as_a_whole()
    {
        StoreRecord[] records = [.. Enumerable.Range(1, 40).Select(number => Record(number, 1 << 19))];
        await using (IServerStore store = Open())
        {
            await store.LoadAsync();
            await store.CommitAsync(new StoreBatch(records, null, []));
        }

        await AssertContentAsync(null, records);
    }

    [StoreFact]
    public async Task A_server_continues_where_the_last_one_stopped()
    {
        await FillAsync(Open(), 3);
        await using IServerStore store = Open();
        await using FederatedServer server = await StartAsync(store);
        Assert.Equal(new ModelVersion(3), server.Current.Version);
        Assert.Equal(UpdateOutcome.Buffered, await RoundAsync(server, "d0"));
        Assert.Equal((await ReadVersionAsync(new ModelVersion(3), Layout)).Fingerprint, server.Current.Fingerprint);
    }

    [StoreFact]
    public async Task A_second_server_on_the_same_store_is_one_clear_error_until_the_first_one_ends()
    {
        await using (IServerStore first = Open())
        {
            await using FederatedServer server = await StartAsync(first);
            await using IServerStore refused = Open();
            StoreException error = await Assert.ThrowsAsync<StoreException>(async () => await refused.LoadAsync());
            Assert.Contains("is in use by another server", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
            Assert.False(error.IsTransient);
            Assert.Equal(UpdateOutcome.Buffered, await RoundAsync(server, "d0"));
        }

        await using IServerStore second = Open();
        await using FederatedServer next = await StartAsync(second);
        Assert.Equal(UpdateOutcome.Published, await RoundAsync(next, "d1"));
    }

    [StoreFact]
    public async Task A_server_whose_store_was_taken_over_acknowledges_nothing_more()
    {
        await using IServerStore store = Open();
        await using FederatedServer server = await StartAsync(store);
        TrainingAssignment assignment = (await AssignAsync(server, "d0"))!;
        await TakeOverAsync();
        Assert.Equal(UpdateOutcome.Busy, await SubmitAsync(server, assignment));
        Assert.False(server.StoreFault!.IsTransient);
        Assert.Contains("Another server has taken over", server.StoreFault.Message, StringComparison.Ordinal);
    }

    [StoreTheory]
    [InlineData(0, new long[0])]
    [InlineData(2, new long[] { 4, 5 })]
    [InlineData(null, new long[] { 0, 1, 2, 3, 4, 5 })]
    public async Task As_many_versions_as_configured_are_kept_with_every_bit(int? keep, long[] expected)
    {
        await FillAsync(Open(keep), 5);
        IReadOnlyList<StoredVersion> versions = await GetVersionsAsync();
        Assert.Equal(expected, versions.Select(version => version.Version.Number));
        foreach (StoredVersion version in versions)
        {
            ModelSnapshot model = await ReadVersionAsync(version.Version, Layout);
            Assert.StartsWith(Convert.ToHexStringLower(BitConverter.GetBytes(model.Fingerprint)), version.Sha256, StringComparison.Ordinal);
            Assert.True(version.Version != default || model.Parameters.Span.SequenceEqual(Start.Parameters.Span));
        }

        // Of blobs only those of the versions and of the checkpoint remain.
        Assert.Equal(expected.Length + 1, await CountBlobsAsync());
    }

    [StoreFact]
    public async Task A_version_that_is_missing_or_has_another_layout_is_one_clear_error()
    {
        await FillAsync(Open(), 1);
        KeyNotFoundException missing = await Assert.ThrowsAsync<KeyNotFoundException>(() => ReadVersionAsync(new ModelVersion(7), Layout));
        Assert.Contains("does not contain version v7", missing.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => ReadVersionAsync(default, ParameterLayout.Create(("w", [310]))));
    }

    [StoreTheory]
    [InlineData(Damage.BlobContent, "does not match its SHA-256")]
    [InlineData(Damage.BlobLength, "a blob has")]
    [InlineData(Damage.FirstRecord, "is missing")]
    public async Task Damaged_content_is_one_clear_error(Damage damage, string reason)
    {
        await FillAsync(Open(), 2);
        await DamageAsync(damage);
        await using IServerStore store = Open();
        StoreException error = await Assert.ThrowsAsync<StoreException>(async () => await StartAsync(store));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("Restore a backup", error.Message, StringComparison.Ordinal);
    }

    [StoreFact]
    public async Task A_store_that_was_loaded_or_not_is_used_in_the_right_order()
    {
        await using IServerStore store = Open();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.CommitAsync(new StoreBatch([], null, [])));
        await store.LoadAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.LoadAsync());
    }

    private static StoreRecord Record(long number, int length = 10) => new(number, Bytes(length, (int)number));

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private async Task AssertContentAsync(StoreCheckpoint? checkpoint, params StoreRecord[] records)
    {
        await using IServerStore store = Open();
        StoreContent content = await store.LoadAsync();
        Assert.Equal(checkpoint?.Position, content.Checkpoint?.Position);
        Assert.True((checkpoint?.Bytes ?? default).Span.SequenceEqual((content.Checkpoint?.Bytes ?? default).Span));
        List<StoreRecord> stored = await content.Records.ToListAsync();
        Assert.Equal(records.Select(record => record.Number), stored.Select(record => record.Number));
        Assert.All(records.Zip(stored), pair => Assert.True(pair.First.Bytes.Span.SequenceEqual(pair.Second.Bytes.Span)));
    }
}

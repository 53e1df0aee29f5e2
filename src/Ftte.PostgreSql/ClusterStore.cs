using System.Collections.Immutable;
using System.Data;
using System.Globalization;
using System.Runtime.InteropServices;
using Ftte.Aggregation;
using Ftte.Storage;
using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Stores a federation that several processes run at a time. Implements the transactions of <see cref="BufferRecord"/>.</summary>
/// <remarks>
/// The row of the federation in <c>ftte.cluster</c> orders all transactions that change its buffer. Any transaction may be repeated. Thread-safe; sessions are pooled.
/// All members throw <see cref="StoreException"/>, which is transient if the database restarts, cannot be reached or is slow.
/// </remarks>
internal sealed class ClusterStore : IAsyncDisposable
{
    private const string Channel = "ftte_cluster";

    private readonly StoreTarget _target;
    private readonly int _keepVersions;
    private readonly NpgsqlDataSource _sessions;
    private readonly TransactionQueue<ShardCommit, CommitResult> _commits;
    private readonly TransactionQueue<int, (ClusterHead Head, IReadOnlyList<byte[]> Updates)> _reads;
    private readonly TransactionQueue<(int Shard, IReadOnlyList<ClusterClient> Clients), bool> _clients;
    private int _federation = -1;
    private int _capacity;
    private BufferRoom _room = new(-1, 0);

    /// <summary>Creates a store. Connects when it is used.</summary>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public ClusterStore(PostgreSqlStoreOptions options)
    {
        options.Validate();
        _target = new StoreTarget(options);
        _keepVersions = options.KeepVersions ?? int.MaxValue;
        var builder = new NpgsqlDataSourceBuilder(_target.PooledConnectionString);
        builder.UsePhysicalConnectionInitializer(
            static _ => throw new NotSupportedException("Open sessions asynchronously."),
            static connection => StoreTarget.PrepareSessionAsync(connection, CancellationToken.None));
        _sessions = builder.Build();
        _commits = new(CommitAsync);
        _reads = new(ReadShardsAsync);
        _clients = new(WriteClientsAsync);
    }

    /// <summary>Creates the tables and the federation, unless they exist.</summary>
    /// <exception cref="StoreException">Also if the federation was created with other settings, or by a single server.</exception>
    public Task InitializeAsync(ClusterStart start, CancellationToken cancellationToken) => RunAsync(async connection =>
    {
        await Schema.UpgradeAsync(connection, _target, cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync("INSERT INTO ftte.federation (name, epoch) SELECT $1, 0 WHERE NOT EXISTS (SELECT 1 FROM ftte.federation WHERE name = $1) ON CONFLICT DO NOTHING", cancellationToken, _target.Federation).ConfigureAwait(false);

        // The row of the federation is locked first, so that of several silos one creates the cluster, and no single server takes over at the same time.
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        int federation = await connection.ReadAsync<int>("SELECT id FROM ftte.federation WHERE name = $1 FOR UPDATE", cancellationToken, _target.Federation).ConfigureAwait(false);
        string? settings = await connection.ReadAsync<string>("SELECT settings FROM ftte.cluster WHERE federation = $1", cancellationToken, federation).ConfigureAwait(false);
        if (settings is null)
        {
            await CreateAsync(connection, federation, start, cancellationToken).ConfigureAwait(false);
        }
        else if (settings != start.Settings)
        {
            throw new StoreException($"The cluster of {_target} was created with {settings}, but this silo has {start.Settings}. Use the same settings in all silos.");
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        (_federation, _capacity) = (federation, start.Capacity);
        return true;
    });

    /// <summary>Reads the current buffer, and the state with which it begins if the buffer is not the specified one.</summary>
    /// <param name="known">The number of a buffer whose state is known; -1 for none.</param>
    /// <param name="selection">The number of the first selection to read.</param>
    /// <param name="parameterCount">The number of parameters.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<(ClusterHead Head, ClusterState? State)> ReadStateAsync(long known, SelectionVersion selection, int parameterCount, CancellationToken cancellationToken) => RunAsync(async connection =>
    {
        (ClusterHead head, byte[] sha256, long length) = await ReadHeadAsync(connection, cancellationToken).ConfigureAwait(false);
        if (head.Buffer == known)
        {
            return (head, null);
        }

        await using NpgsqlTransaction transaction = await BeginReadAsync(connection, cancellationToken).ConfigureAwait(false);
        (head, sha256, length) = await ReadHeadAsync(connection, cancellationToken).ConfigureAwait(false);
        byte[]? reselection = await connection.ReadAsync<byte[]>("SELECT reselection FROM ftte.cluster WHERE federation = $1", cancellationToken, _federation).ConfigureAwait(false);
        ImmutableArray<ClusterSelection> selections = await SelectionTable.ReadAsync(connection, _federation, selection, parameterCount, cancellationToken).ConfigureAwait(false);
        byte[] state = await BlobTable.ReadAsync<byte>(connection, _target, _federation, sha256, length, cancellationToken).ConfigureAwait(false);
        return (head, (ClusterState?)new ClusterState(AggregatorState.Read(state), reselection, selections));
    });

    /// <summary>Reads the current buffer and the updates of a shard in it.</summary>
    /// <returns>The updates as messages.</returns>
    public Task<(ClusterHead Head, IReadOnlyList<byte[]> Updates)> ReadShardAsync(int shard, CancellationToken cancellationToken) => _reads.WriteAsync(shard).WaitAsync(cancellationToken);

    /// <summary>Reads the current buffer and, if it is closed, the number of updates of each shard in it.</summary>
    public Task<(ClusterHead Head, ImmutableSortedDictionary<int, int> Counts)> ReadCountsAsync(CancellationToken cancellationToken) => RunAsync(async connection =>
    {
        ClusterHead? head = null;
        ImmutableSortedDictionary<int, int>.Builder counts = ImmutableSortedDictionary.CreateBuilder<int, int>();
        await using NpgsqlCommand select = connection.Prepare(
            """
            SELECT c.buffer, c.version, c.is_closed, c.updates, u.shard, u.updates FROM ftte.cluster c
            LEFT JOIN LATERAL (SELECT shard, count(*)::int AS updates FROM ftte.cluster_update WHERE federation = c.federation AND buffer = c.buffer GROUP BY shard) AS u ON c.is_closed
            WHERE c.federation = $1
            """,
            _federation);
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            head = ToHead(reader);
            if (!reader.IsDBNull(4))
            {
                counts.Add(reader.GetInt32(4), reader.GetInt32(5));
            }
        }

        return (head ?? throw MissingRow(), counts.ToImmutable());
    });

    /// <summary>Commits updates: <see cref="BufferRecord.Commit"/>.</summary>
    /// <param name="buffer">The number of the buffer that the shard fills.</param>
    /// <param name="shard">The number of the shard.</param>
    /// <param name="updates">The updates, all different, as messages.</param>
    /// <param name="isRepeated">True to repeat a transaction whose result is not known.</param>
    /// <param name="cancellationToken">Cancels the call. The updates may or may not have been committed.</param>
    /// <returns>The result. Unless the transaction is repeated, <see cref="CommitOutcome.Later"/> also answers updates for which the buffer has no room, without a look at whether the database has them.</returns>
    public Task<CommitResult> CommitAsync(long buffer, int shard, IReadOnlyList<(UpdateName Name, byte[] Bytes)> updates, bool isRepeated, CancellationToken cancellationToken) =>
        _commits.WriteAsync(new ShardCommit(buffer, shard, updates, isRepeated)).WaitAsync(cancellationToken);

    /// <summary>Finds the updates that are in the current buffer or in an earlier one.</summary>
    public Task<IReadOnlySet<UpdateName>> FindKnownAsync(IReadOnlyList<UpdateName> updates, CancellationToken cancellationToken) =>
        RunAsync(connection => UpdateTable.FindKnownAsync(connection, _federation, updates, cancellationToken));

    /// <summary>Closes a buffer that is not complete: <see cref="BufferRecord.Close"/>.</summary>
    /// <returns>True if the buffer is closed now; false if it has too few updates, or was closed or published before.</returns>
    public Task<bool> CloseAsync(long buffer, int minUpdates, CancellationToken cancellationToken) => RunAsync(async connection =>
        await connection.ExecuteAsync(
            "UPDATE ftte.cluster SET is_closed = true WHERE federation = $1 AND buffer = $2 AND NOT is_closed AND updates >= $3",
            cancellationToken,
            _federation, buffer, Math.Max(1, minUpdates)).ConfigureAwait(false) > 0);

    /// <summary>Publishes or refuses the version that consists of a closed buffer: <see cref="BufferRecord.Publish"/> and <see cref="BufferRecord.Refuse"/>.</summary>
    public Task<PublicationOutcome> PublishAsync(long buffer, ClusterPublication publication, CancellationToken cancellationToken) => RunAsync(async connection =>
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        bool isCurrent = await connection.ReadAsync<bool>("SELECT true FROM ftte.cluster WHERE federation = $1 AND buffer = $2 AND is_closed FOR UPDATE", cancellationToken, _federation, buffer).ConfigureAwait(false);
        if (!isCurrent)
        {
            return PublicationOutcome.NotCurrent;
        }

        // Every accepted answer counts, and no answer may delay the version.
        bool isComplete = publication.Decision is not { Closed: { } closed, Survey: var survey }
            || closed == await AnswerTable.CountAsync(connection, _federation, survey, cancellationToken).ConfigureAwait(false);

        // In one round trip, because all shards wait for it.
        await using var batch = new NpgsqlBatch(connection, transaction);
        byte[] sha256 = BlobTable.AddWrite(batch, _federation, publication.State.Bytes);
        batch.Add(
            "UPDATE ftte.cluster SET buffer = buffer + 1, version = version + $2, updates = 0, is_closed = false, sha256 = $3, length = $4 WHERE federation = $1",
            _federation, publication.Version is null ? 0L : 1L, sha256, (long)publication.State.Bytes.Length);
        if (publication.Version is { } version)
        {
            VersionTable.AddWrite(batch, _federation, version, _keepVersions);
            batch.Add("UPDATE ftte.cluster_update SET bytes = NULL WHERE federation = $1 AND buffer = $2", _federation, buffer);
            batch.Add("DELETE FROM ftte.cluster_update WHERE federation = $1 AND version < $2", _federation, version.Version.Number - publication.RetainedVersions - 1);
        }
        else
        {
            batch.Add("DELETE FROM ftte.cluster_update WHERE federation = $1 AND buffer = $2", _federation, buffer);
        }

        if (isComplete && publication.Decision is { } decision)
        {
            SelectionTable.AddWrite(batch, _federation, decision);
        }

        BlobTable.AddDeletion(batch, _federation);
        batch.Add($"SELECT pg_notify('{Channel}', $1)", _federation.ToString(CultureInfo.InvariantCulture));
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return isComplete ? PublicationOutcome.Complete : PublicationOutcome.WithoutDecision;
    });

    /// <summary>Reads a published version.</summary>
    /// <returns>The version; null if the database does not contain it any more.</returns>
    public Task<ModelSnapshot?> ReadVersionAsync(ModelVersion version, ParameterLayout layout, CancellationToken cancellationToken) => RunAsync(async connection =>
    {
        await using NpgsqlTransaction transaction = await BeginReadAsync(connection, cancellationToken).ConfigureAwait(false);
        byte[]? sha256 = await connection.ReadAsync<byte[]>("SELECT sha256 FROM ftte.version WHERE federation = $1 AND number = $2", cancellationToken, _federation, version.Number).ConfigureAwait(false);
        return sha256 is null ? null
            : ModelSnapshot.TakeOver(layout, version, await BlobTable.ReadAsync<float>(connection, _target, _federation, sha256, layout.ParameterCount, cancellationToken).ConfigureAwait(false));
    });

    /// <summary>Returns a number that no other activation of a shard has received.</summary>
    public Task<long> CountActivationAsync(CancellationToken cancellationToken) => RunAsync(connection =>
        connection.ReadAsync<long>("UPDATE ftte.cluster SET activations = activations + 1 WHERE federation = $1 RETURNING activations", cancellationToken, _federation));

    /// <summary>Writes the records of clients of a shard.</summary>
    public Task WriteClientsAsync(int shard, IReadOnlyList<ClusterClient> clients, CancellationToken cancellationToken) => _clients.WriteAsync((shard, clients)).WaitAsync(cancellationToken);

    /// <summary>Writes the memory budgets of clients of a shard that received no assignment.</summary>
    public Task WriteBudgetsAsync(int shard, IReadOnlyList<(ClientId Client, long MemoryBudgetBytes)> budgets, CancellationToken cancellationToken) => RunAsync(async connection =>
    {
        await BudgetTable.WriteAsync(connection, _federation, shard, budgets, cancellationToken).ConfigureAwait(false);
        return true;
    });

    /// <summary>Reads the memory budgets that clients reported, least recently seen first.</summary>
    public Task<IReadOnlyList<(ClientId Client, long MemoryBudgetBytes)>> ReadBudgetsAsync(TimeSpan retention, int max, CancellationToken cancellationToken) =>
        RunAsync(connection => BudgetTable.ReadAsync(connection, _federation, retention, max, cancellationToken));

    /// <summary>Deletes the clients that are not kept any more.</summary>
    public Task DeleteOutdatedClientsAsync(TimeSpan retention, int max, CancellationToken cancellationToken) => RunAsync(async connection =>
    {
        await BudgetTable.DeleteOutdatedAsync(connection, _federation, retention, max, cancellationToken).ConfigureAwait(false);
        return true;
    });

    /// <summary>Writes the answer to a survey, if the buffer is the current one.</summary>
    public Task<AnswerOutcome> WriteAnswerAsync(long buffer, long survey, SurveyAnswer answer, CancellationToken cancellationToken) =>
        RunAsync(connection => AnswerTable.WriteAsync(connection, _federation, buffer, survey, answer, cancellationToken));

    /// <summary>Returns the number of answers to a survey.</summary>
    public Task<int> CountAnswersAsync(long survey, CancellationToken cancellationToken) => RunAsync(connection => AnswerTable.CountAsync(connection, _federation, survey, cancellationToken));

    /// <summary>Reads the answers to a survey, in the order of clients.</summary>
    public Task<IReadOnlyList<SurveyAnswer>> ReadAnswersAsync(long survey, CancellationToken cancellationToken) =>
        RunAsync(connection => AnswerTable.ReadAsync(connection, _federation, survey, cancellationToken));

    /// <summary>Reads the record of a client.</summary>
    /// <returns>The record; null if the client has received no assignment.</returns>
    public Task<ClusterClient?> ReadClientAsync(ClientId client, CancellationToken cancellationToken) => RunAsync(connection => ClientTable.ReadAsync(connection, _federation, client, cancellationToken));

    /// <summary>Reads the records of the clients of a shard that have received an assignment, least recently seen first.</summary>
    /// <param name="shard">The number of the shard.</param>
    /// <param name="lease">The duration of a lease.</param>
    /// <param name="retention">The time for which a client without requests is kept.</param>
    /// <param name="max">The maximum number of clients, the most recently seen ones.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<IReadOnlyList<ClusterClient>> ReadClientsAsync(int shard, TimeSpan lease, TimeSpan retention, int max, CancellationToken cancellationToken) =>
        RunAsync(connection => ClientTable.ReadAsync(connection, _federation, shard, lease, retention, max, cancellationToken));

    /// <summary>Waits until a version may have been published or refused.</summary>
    /// <param name="listening">Called when the session listens: what was published before must be read now.</param>
    /// <param name="published">Called for every publication.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task ListenAsync(Action listening, Action published, CancellationToken cancellationToken) => RunAsync<bool>(async connection =>
    {
        string federation = _federation.ToString(CultureInfo.InvariantCulture);
        connection.Notification += (_, notification) =>
        {
            if (notification.Payload == federation)
            {
                published();
            }
        };
        await connection.ExecuteAsync($"LISTEN {Channel}", cancellationToken).ConfigureAwait(false);
        listening();
        while (true)
        {
            await connection.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    });

    /// <summary>Closes all sessions.</summary>
    public ValueTask DisposeAsync() => _sessions.DisposeAsync();

    /// <summary>Begins a transaction that sees the database at one moment.</summary>
    private static ValueTask<NpgsqlTransaction> BeginReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);

    private async Task CreateAsync(NpgsqlConnection connection, int federation, ClusterStart start, CancellationToken cancellationToken)
    {
        if (await connection.ReadAsync<long>("SELECT count(*) FROM ftte.checkpoint WHERE federation = $1", cancellationToken, federation).ConfigureAwait(false) > 0)
        {
            throw new StoreException($"The store of {_target} belongs to a single server. Specify another federation for the cluster.");
        }

        byte[] sha256 = await BlobTable.WriteAsync(connection, federation, start.State.Bytes, cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(
            "INSERT INTO ftte.cluster (federation, settings, capacity, buffer, version, updates, is_closed, activations, sha256, length) VALUES ($1, $2, $3, 0, $4, 0, false, 0, $5, $6)",
            cancellationToken,
            federation, start.Settings, start.Capacity, start.Model.Version.Number, sha256, (long)start.State.Bytes.Length).ConfigureAwait(false);
        await VersionTable.WriteAsync(connection, federation, [start.Model], _keepVersions, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(ClusterHead Head, byte[] Sha256, long Length)> ReadHeadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand select = connection.Prepare("SELECT buffer, version, is_closed, updates, sha256, length FROM ftte.cluster WHERE federation = $1", _federation);
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? (ToHead(reader), reader.GetFieldValue<byte[]>(4), reader.GetInt64(5)) : throw MissingRow();
    }

    private static ClusterHead ToHead(NpgsqlDataReader row) => new(row.GetInt64(0), new ModelVersion(row.GetInt64(1)), row.GetBoolean(2), row.GetInt32(3));

    private StoreException MissingRow() => StoreErrors.Damaged(_target, "the row of the cluster is missing");

    /// <summary>Reads the current buffer and the updates of several shards of this process at a time: all of them read when a version was published.</summary>
    private Task<IReadOnlyList<(ClusterHead Head, IReadOnlyList<byte[]> Updates)>> ReadShardsAsync(IReadOnlyList<int> shards) => RunAsync(async connection =>
    {
        ClusterHead? head = null;
        var updates = new Dictionary<int, List<byte[]>>();
        await using NpgsqlCommand select = connection.Prepare(
            """
            SELECT c.buffer, c.version, c.is_closed, c.updates, u.shard, u.bytes FROM ftte.cluster c
            LEFT JOIN ftte.cluster_update u ON u.federation = c.federation AND u.buffer = c.buffer AND u.shard = ANY($2)
            WHERE c.federation = $1
            """,
            _federation, shards.Distinct().ToArray());
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(CancellationToken.None).ConfigureAwait(false);
        while (await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            head = ToHead(reader);
            if (!reader.IsDBNull(4))
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(updates, reader.GetInt32(4), out _) ??= []).Add(reader.GetFieldValue<byte[]>(5));
            }
        }

        ClusterHead found = head ?? throw MissingRow();
        return (IReadOnlyList<(ClusterHead, IReadOnlyList<byte[]>)>)[.. shards.Select(shard => (found, (IReadOnlyList<byte[]>)updates.GetValueOrDefault(shard, [])))];
    });

    /// <summary>Commits the updates of shards of this process in one transaction, because each commit waits for the disk and holds the row of the federation.</summary>
    /// <remarks>Updates for which the buffer has no room are not sent. The shards repeat them, for the same buffer if it turns out not to be closed, and otherwise for the next one.</remarks>
    private async Task<IReadOnlyList<CommitResult>> CommitAsync(IReadOnlyList<ShardCommit> commits)
    {
        var results = new Dictionary<ShardCommit, CommitResult>(ReferenceEqualityComparer.Instance);
        foreach (ShardCommit repeated in commits.Where(commit => commit.IsRepeated))
        {
            results.Add(repeated, await RepeatAsync(repeated).ConfigureAwait(false));
        }

        ShardCommit[] first = [.. commits.Where(commit => !commit.IsRepeated)];
        int[] counts = _room.Divide(first, _capacity);
        (CommitResult Last, CommitOutcome[][] Outcomes) sent = counts.Any(count => count > 0)
            ? await SendAsync(first, counts).ConfigureAwait(false)
            : (new CommitResult(_room.Buffer, IsClosed: true, []), [.. first.Select(_ => Array.Empty<CommitOutcome>())]);
        for (int i = 0; i < first.Length; i++)
        {
            results.Add(first[i], sent.Last with { Outcomes = [.. sent.Outcomes[i], .. Enumerable.Repeat(CommitOutcome.Later, first[i].Updates.Count - counts[i])] });
        }

        return [.. commits.Select(commit => results[commit])];
    }

    /// <summary>Repeats a transaction whose result is not known: all of its updates, because only the database knows their outcomes, and in several transactions if they have many bytes.</summary>
    private async Task<CommitResult> RepeatAsync(ShardCommit commit)
    {
        var outcomes = ImmutableArray.CreateBuilder<CommitOutcome>(commit.Updates.Count);
        CommitResult last = new(commit.Buffer, IsClosed: false, []);
        while (outcomes.Count < commit.Updates.Count)
        {
            ShardCommit rest = commit with { Updates = [.. commit.Updates.Skip(outcomes.Count)] };
            int[] counts = new BufferRoom(commit.Buffer, int.MaxValue).Divide([rest], int.MaxValue);
            (last, CommitOutcome[][] sent) = await SendAsync([rest], counts).ConfigureAwait(false);
            outcomes.AddRange(sent[0]);
        }

        return last with { Outcomes = outcomes.ToImmutable() };
    }

    /// <summary>Sends the first updates of each commit.</summary>
    /// <returns>The buffer after the transaction, and the outcomes of the updates that were sent.</returns>
    private Task<(CommitResult Last, CommitOutcome[][] Outcomes)> SendAsync(ShardCommit[] commits, int[] counts) => RunAsync(async connection =>
    {
        (CommitResult last, int room, CommitOutcome[][] outcomes) = await UpdateTable.CommitAsync(connection, _federation, commits, counts).ConfigureAwait(false);
        _room = new BufferRoom(last.Buffer, room);
        return (last, outcomes);
    });

    private Task<IReadOnlyList<bool>> WriteClientsAsync(IReadOnlyList<(int Shard, IReadOnlyList<ClusterClient> Clients)> writes) => RunAsync(async connection =>
    {
        await ClientTable.WriteAsync(connection, _federation, writes).ConfigureAwait(false);
        return (IReadOnlyList<bool>)new bool[writes.Count];
    });

    private Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> operation) => _target.RunAsync(async () =>
    {
        await using NpgsqlConnection connection = await _sessions.OpenConnectionAsync(CancellationToken.None).ConfigureAwait(false);
        return await operation(connection).ConfigureAwait(false);
    });
}

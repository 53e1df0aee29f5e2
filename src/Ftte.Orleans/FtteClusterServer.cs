using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Ftte.Wire;

namespace Ftte.Orleans;

/// <summary>Represents the front end of a federation on a cluster: passes the calls of devices to the shards of their clients. Every silo has one, and any device may call any of them.</summary>
/// <remarks>
/// <para>Stateless except for the current version, which it reads from the database. If a shard cannot be reached, for example because its silo has failed, devices are answered with <c>Busy</c>.</para>
/// <para>All members may be called from any thread. A receipt is final: the update is committed in the database. It states <see cref="UpdateOutcome.Buffered"/> also for the update that completes a buffer.</para>
/// </remarks>
public sealed class FtteClusterServer : ISnapshotServer, ILeaseServer, IServerStatusSource
{
    /// <summary>The time after which a shard counts as missing in a status.</summary>
    private static readonly TimeSpan StatusTimeout = TimeSpan.FromSeconds(5);

    private readonly LocalFederation _federation;
    private readonly IGrainFactory _grains;
    private readonly WireLimits _limits;

    internal FtteClusterServer(LocalFederation federation, IGrainFactory grains)
    {
        (_federation, _grains) = (federation, grains);
        _limits = WireLimits.For(federation.Layout);
    }

    /// <summary>Gets the latest version that this silo knows.</summary>
    /// <value>The model of the options until the database was read.</value>
    public ModelSnapshot Current => _federation.Current?.Model ?? _federation.Start;

    /// <inheritdoc />
    /// <value>Counts what this silo answered, and what its shards and its publisher did. The sum over all silos is that of the cluster.</value>
    public Meter Meter => _federation.Metrics.Meter;

    /// <inheritdoc />
    /// <exception cref="ArgumentException">The length of the buffer differs from the layout's parameter count, or the memory budget is negative.</exception>
    public async ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (parameters.Length != _federation.Layout.ParameterCount)
        {
            throw new ArgumentException($"The buffer has {parameters.Length} values, but the model has {_federation.Layout.ParameterCount} parameters. Specify a buffer with one value per parameter.", nameof(parameters));
        }

        SnapshotCheckOut checkOut = await CheckOutSnapshotAsync(request, cancellationToken).ConfigureAwait(false);
        checkOut.Response.Assignment?.Refreshed.Copy(checkOut.Model!.Parameters.Span, parameters.Span);
        return checkOut.Response;
    }

    /// <inheritdoc />
    /// <exception cref="ArgumentException">The memory budget is negative.</exception>
    public async ValueTask<SnapshotCheckOut> CheckOutSnapshotAsync(CheckOutRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNegative(request.MemoryBudgetBytes, nameof(request));
        cancellationToken.ThrowIfCancellationRequested();
        SnapshotCheckOut checkOut = request.Client.Value.Length == 0
            ? new SnapshotCheckOut(new CheckOutResponse(CheckOutOutcome.UnknownClient))
            : await AssignAsync(request, cancellationToken).ConfigureAwait(false);
        _federation.Metrics.CheckedOut(checkOut.Response.Outcome);
        return checkOut;
    }

    /// <inheritdoc />
    /// <remarks>If the wait is canceled, the update may or may not be accepted; submitting it again is safe.</remarks>
    /// <exception cref="ObjectDisposedException">The update was disposed.</exception>
    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        _ = update.Values;
        cancellationToken.ThrowIfCancellationRequested();
        UpdateHeader header = update.Header;
        UpdateReceipt receipt =
            header.Client.Value.Length == 0 ? new UpdateReceipt(UpdateOutcome.UnknownClient, Current.Version)
            : update.Values.Length > _federation.Layout.ParameterCount ? new UpdateReceipt(UpdateOutcome.LengthMismatch, Current.Version)
            : await CommitAsync(update, cancellationToken).ConfigureAwait(false);
        _federation.Metrics.Answered(receipt.Outcome);
        if (receipt.Outcome == UpdateOutcome.Buffered)
        {
            _federation.Metrics.Folded(receipt.Version - header.BaseVersion, receipt.Weight);
        }

        return receipt;
    }

    private async Task<SnapshotCheckOut> AssignAsync(CheckOutRequest request, CancellationToken cancellationToken)
    {
        int shard = _federation.GetShard(request.Client);
        try
        {
            var message = new ArrayBufferWriter<byte>();
            CheckOutRequestMessage.Write(message, request);
            byte[] answer = await GetShard(shard).CheckOutAsync(message.WrittenSpan.ToArray()).WaitAsync(cancellationToken).ConfigureAwait(false);
            CheckOutResponse response = CheckOutReferenceMessage.Read(answer, _federation.Layout.ParameterCount, out _, _limits);
            if (response.Assignment is not { } assignment)
            {
                return new SnapshotCheckOut(response);
            }

            // The version may have been replaced in the meantime, for so long that the database does not contain it any more.
            ModelSnapshot? model = await _federation.FindVersionAsync(assignment.Version, cancellationToken).ConfigureAwait(false);
            return model is null ? new SnapshotCheckOut(Busy()) : new SnapshotCheckOut(response, model);
        }
#pragma warning disable CA1031 // Whatever failed between the silos, the device repeats its call.
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            ReportFailure(shard, error);
            return new SnapshotCheckOut(Busy());
        }
    }

    private async Task<UpdateReceipt> CommitAsync(SparseUpdate update, CancellationToken cancellationToken)
    {
        int shard = _federation.GetShard(update.Header.Client);
        try
        {
            byte[] answer = await GetShard(shard).SubmitAsync(UpdateMessage.WriteLossless(update)).WaitAsync(cancellationToken).ConfigureAwait(false);
            return ReceiptMessage.Read(answer);
        }
#pragma warning disable CA1031 // Whatever failed between the silos, the device repeats its call.
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            ReportFailure(shard, error);
            return new UpdateReceipt(UpdateOutcome.Busy, Current.Version, RetryAfter: _federation.Server.BusyRetryAfter);
        }
    }

    /// <inheritdoc />
    /// <remarks>Renewals are not written to the database: if the silo of the client fails, the lease begins again.</remarks>
    public async ValueTask<bool> RenewLeaseAsync(ClientId client, UpdateId assignment, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (client.Value.Length == 0)
        {
            return false;
        }

        int shard = _federation.GetShard(client);
        try
        {
            return await GetShard(shard).RenewLeaseAsync(client.Value, assignment.Value).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever failed between the silos, the device continues its work; its update still counts.
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            ReportFailure(shard, error);
            return false;
        }
    }

    /// <inheritdoc />
    /// <remarks>Completes after the next publication, and at the latest after <see cref="FederatedServerOptions.BusyRetryAfter"/>, because leases that end in other silos are not announced.</remarks>
    public async ValueTask WaitForWorkAsync(ClientId client, CancellationToken cancellationToken = default)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task changed = _federation.WaitForChangeAsync(_federation.Current?.Buffer ?? -1, ended.Token);
        Task late = Task.Delay(_federation.Server.BusyRetryAfter, _federation.Time, ended.Token);
        await Task.WhenAny(changed, late).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        await ended.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Returns the status of the publisher and of all shards of the federation, wherever they run.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The status.</returns>
    public async Task<FtteClusterStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        Task<PublisherStatus?> publisher = TryAsync(_grains.GetGrain<IPublisherGrain>(_federation.Name).GetStatusAsync(), cancellationToken);
        ShardStatus?[] shards = await Task.WhenAll(Enumerable.Range(0, _federation.Cluster.Shards).Select(shard => TryAsync(GetShard(shard).GetStatusAsync(), cancellationToken))).ConfigureAwait(false);
        return new FtteClusterStatus(
            Current.Version,
            await publisher.ConfigureAwait(false),
            [.. shards.OfType<ShardStatus>()],
            [.. shards.Index().Where(shard => shard.Item is null).Select(shard => shard.Index)]);
    }

    /// <inheritdoc />
    async ValueTask<FederatedServerStatus> IServerStatusSource.GetStatusAsync(CancellationToken cancellationToken) =>
        ClusterSummary.Create(await GetStatusAsync(cancellationToken).ConfigureAwait(false), _federation);

    /// <inheritdoc />
    async ValueTask<ImmutableArray<KnownClient>> IServerStatusSource.GetClientsAsync(int max, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ShardClient[]?[] shards = await Task.WhenAll(Enumerable.Range(0, _federation.Cluster.Shards).Select(shard => TryAsync(GetShard(shard).GetClientsAsync(max), cancellationToken))).ConfigureAwait(false);
        return [.. shards.SelectMany(clients => clients ?? []).OrderBy(client => client.SinceSeen).Take(max).Select(client => client.ToKnownClient())];
    }

    private async Task<T?> TryAsync<T>(Task<T> call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await call.WaitAsync(StatusTimeout, _federation.Time, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The status states which parts do not answer.
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private IShardGrain GetShard(int shard) => _grains.GetGrain<IShardGrain>(shard, _federation.Name);

    private CheckOutResponse Busy() => new(CheckOutOutcome.Busy, RetryAfter: _federation.Server.BusyRetryAfter);

    private void ReportFailure(int shard, Exception error) => ClusterLog.ShardUnavailable(_federation.Logger, _federation.Name, shard, error.Message);
}

using System.Collections.Immutable;
using Ftte.Privacy.Cryptography;
using Ftte.Selection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Forms cohorts of devices whose updates are ready, adds their masked updates, and passes the means of cohorts to a <see cref="FederatedServer"/>. It learns sums only.</summary>
/// <remarks>
/// <para><b>Trust</b>: protects updates from a server that follows the protocol and is curious. Keys are not signed: a server that plays all other members of a cohort is not noticed.</para>
/// <para><b>Result</b>: every contributor is credited with the mean of its cohort, sum of q x step / (256 n), under the ID of its own update. Assignments, leases, limits, the store and receipts therefore work
/// as without secure aggregation, and the aggregator adds what it would have added: n times the mean is the sum. Its weighting must be constant, because the weights are part of the sum. Each cohort becomes one version.</para>
/// <para><b>Cohorts</b>: one queue per selection; any number of cohorts at once. If too many members leave, the cohort fails, and its updates stay on their devices and go into another one.</para>
/// <para><b>Threading</b>: all members from any thread. Memory: 4 bytes per selected coordinate and cohort.</para>
/// </remarks>
public sealed partial class SecureAggregationServer : IReadyQueue, ICohortServer, IDisposable
{
    private readonly Lock _lock = new();
    private readonly FederatedServer _server;
    private readonly SelectionHistory _selections;
    private readonly SecureAggregationOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SecretGenerator _generator;
    private readonly CohortTable _cohorts = new();
    private readonly QueuePlaces _places = new();
    private readonly Dictionary<SelectionVersion, List<WaitingDevice>> _waiting = [];
    private readonly SemaphoreSlim _crediting = new(1, 1);
    private readonly ITimer _timer;

    /// <summary>Creates a server of cohorts.</summary>
    /// <param name="server">The server that assigns work and aggregates.</param>
    /// <param name="selections">The announced selections, shared with the server.</param>
    /// <param name="options">The options. Copied.</param>
    /// <param name="time">The clock; null for the system clock.</param>
    /// <param name="logger">The logger of cohorts and their failures; null for none.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range, or the server's aggregator cannot work with sums; the message states the reason.</exception>
    public SecureAggregationServer(FederatedServer server, SelectionHistory selections, SecureAggregationOptions options, TimeProvider? time = null, ILogger<SecureAggregationServer>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(selections);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (SecureAggregationRequirements.FindObstacle(server.Aggregator, options) is { } obstacle)
        {
            throw new ArgumentException(obstacle, nameof(server));
        }

        (_server, _selections, _options, _time, _generator) = (server, selections, options.Copy(), time ?? TimeProvider.System, new SystemSecretGenerator());
        _logger = (ILogger?)logger ?? NullLogger.Instance;
        TimeSpan interval = _options.QueueTimeout / 4;
        _timer = _time.CreateTimer(_ => EndWaits(), null, interval, interval);
    }

    /// <summary>Gets what the server has done since it started.</summary>
    public SecureAggregationTotals Totals
    {
        get
        {
            lock (_lock)
            {
                return _cohorts.Totals;
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask<CohortInvitation> AnnounceAsync(ReadyAnnouncement announcement, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(announcement);
        CheckKey(announcement.ShareKey);
        CheckKey(announcement.MaskKey);
        UpdateHeader header = announcement.Header;
        UpdateReceipt? rejection = FindRejection(header);
        WaitingDevice device;
        lock (_lock)
        {
            // An update that was counted answers no assignment any more.
            if (_cohorts.FindEarlier(header) is { } earlier)
            {
                return new CohortInvitation(null, earlier with { Version = _server.Current.Version });
            }

            if (rejection is not null)
            {
                SecureAggregationLog.Declined(_logger, header.Client, header.Id, rejection.Value.Outcome);
                return new CohortInvitation(null, rejection);
            }

            if (_cohorts.FindRunning(header.Client) is { } running)
            {
                return running.IsAnnouncedBy(announcement)
                    ? new CohortInvitation(running.Description)
                    : new CohortInvitation(null, new UpdateReceipt(UpdateOutcome.Busy, _server.Current.Version, RetryAfter: _options.StepTimeout));
            }

            device = Enter(announcement);
        }

        try
        {
            CohortRun run = await device.Cohort.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new CohortInvitation(run.Description);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                Leave(waiting => waiting == device, "The call was canceled.", keepsPlace: true);
            }

            throw;
        }
    }

    /// <summary>Returns the format of the masked updates of a cohort, for the server's side of a transport.</summary>
    /// <param name="cohort">The ID of the cohort.</param>
    /// <param name="client">The client that sends an update.</param>
    /// <returns>The format.</returns>
    /// <exception cref="SecureAggregationException">The cohort is unknown or has ended, or the client is no member of it.</exception>
    public MaskedUpdateFormat GetFormat(Guid cohort, ClientId client)
    {
        CohortRun run = Find(cohort);
        _ = run.IndexOf(client);
        return run.Format;
    }

    /// <inheritdoc />
    public ValueTask<SharesForMember> ShareAsync(Guid cohort, ClientId client, EncryptedShares shares, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shares);
        CohortRun run = Find(cohort);
        return run.ShareAsync(run.IndexOf(client), shares, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<ImmutableArray<int>> SubmitMaskedAsync(Guid cohort, ClientId client, MaskedUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        CohortRun run = Find(cohort);
        return run.SubmitMaskedAsync(run.IndexOf(client), update, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<UpdateReceipt> UnmaskAsync(Guid cohort, ClientId client, UnmaskingShares shares, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shares);
        CohortRun run = Find(cohort);
        int member = run.IndexOf(client);
        await run.UnmaskAsync(member, shares, cancellationToken).ConfigureAwait(false);
        Task<UpdateReceipt?[]> receipts;
        lock (_lock)
        {
            receipts = _cohorts.GetReceipts(run);
        }

        return (await receipts.WaitAsync(cancellationToken).ConfigureAwait(false))[member]
            ?? throw new SecureAggregationException(CohortRefusal.WrongStep, $"The cohort continued without the client {client}. Announce the update again.");
    }

    /// <summary>Ends the queue. Devices that wait get an error and announce again, which no server answers.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
        {
            Leave(_ => true, "The server stops.");
            _cohorts.Dispose();
            _crediting.Dispose();
        }
    }

    /// <summary>Gets the maximum duration of a step.</summary>
    internal TimeSpan StepTimeout => _options.StepTimeout;

    /// <summary>Gets the number of devices in the queue.</summary>
    internal int WaitingCount
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Values.Sum(queue => queue.Count);
            }
        }
    }

    /// <summary>Returns the step of a cohort, and the number of members that answered it.</summary>
    internal (CohortStep Step, int Answers) GetProgress(Guid cohort) => Find(cohort).Progress;

    /// <summary>Returns what a report states.</summary>
    internal (SecureAggregationTotals Totals, SecureAggregationOptions Options) Describe() => (Totals, _options);

    private static void CheckKey(ReadOnlyMemory<byte> key)
    {
        if (key.Length != KeyPair.PublicKeyLength || !KeyPair.IsPublicKey(key.Span))
        {
            throw new SecureAggregationException(CohortRefusal.InvalidKey, "A public key of the announcement is not a point of P-256. Announce the update again with other keys.");
        }
    }

    private UpdateReceipt? FindRejection(in UpdateHeader header)
    {
        ModelVersion current = _server.Current.Version;
        UpdateOutcome? fault = header.Content != UpdateContent.Difference ? UpdateOutcome.TooStale
            : _server.FindFault(header) is { } rejected ? rejected
            : !_selections.TryGet(header.SelectionVersion, out _) ? UpdateOutcome.UnknownSelection
            : header.BaseVersion.Number < 0 || header.BaseVersion > current ? UpdateOutcome.FutureVersion
            : _options.ComputeWeight(current - header.BaseVersion) == 0 ? UpdateOutcome.ZeroWeight
            : null;
        return fault is { } outcome ? new UpdateReceipt(outcome, current) : null;
    }

    private CohortRun Find(Guid cohort)
    {
        lock (_lock)
        {
            return _cohorts.Find(cohort) ?? throw new SecureAggregationException(CohortRefusal.UnknownCohort, $"The cohort {cohort} is unknown or has ended. Announce the update again.");
        }
    }

    /// <summary>Adds a device to the queue, behind those that have waited longer.</summary>
    private WaitingDevice Enter(ReadyAnnouncement announcement)
    {
        // A device that announces again has lost the answer to its earlier call.
        UpdateHeader header = announcement.Header;
        Leave(waiting => waiting.Announcement.Header.Client == header.Client, "The client announced again.", keepsPlace: true);
        var device = new WaitingDevice(announcement, _places.Take(header, _time.GetTimestamp()));
        List<WaitingDevice> queue = _waiting.TryGetValue(header.SelectionVersion, out List<WaitingDevice>? found) ? found : _waiting[header.SelectionVersion] = [];
        int behind = queue.FindIndex(waiting => waiting.Since > device.Since);
        queue.Insert(behind < 0 ? queue.Count : behind, device);
        if (queue.Count >= _options.CohortSize)
        {
            Form(header.SelectionVersion, queue);
        }

        return device;
    }

    /// <summary>Removes devices from the queue.</summary>
    /// <returns>The number of devices.</returns>
    private int Leave(Predicate<WaitingDevice> condition, string reason, bool keepsPlace = false)
    {
        int count = 0;
        foreach (List<WaitingDevice> queue in _waiting.Values)
        {
            foreach (WaitingDevice left in queue.FindAll(condition))
            {
                queue.Remove(left);
                count++;
                if (keepsPlace)
                {
                    _places.Keep(left);
                }

                left.Cohort.TrySetException(new SecureAggregationException(CohortRefusal.UnknownCohort, $"No cohort was formed. {reason} Announce the update again."));
                _ = left.Cohort.Task.Exception;
            }
        }

        return count;
    }

    /// <summary>Forms smaller cohorts of devices that wait too long, and sends the others away.</summary>
    private void EndWaits()
    {
        lock (_lock)
        {
            _places.RemoveExpired(since => _time.GetElapsedTime(since) >= _options.QueueTimeout);
            foreach ((SelectionVersion selection, List<WaitingDevice> queue) in _waiting.ToArray())
            {
                if (queue.Count > 0 && _time.GetElapsedTime(queue[0].Since) >= _options.QueueTimeout)
                {
                    if (queue.Count >= _options.Threshold)
                    {
                        Form(selection, queue);
                    }

                    int left = Leave(waiting => _time.GetElapsedTime(waiting.Since) >= _options.QueueTimeout, "Too few other devices were ready.");
                    if (left > 0)
                    {
                        SecureAggregationLog.SentAway(_logger, left, _options.QueueTimeout, selection, _options.Threshold);
                    }
                }

                if (queue.Count == 0)
                {
                    _waiting.Remove(selection);
                }
            }
        }
    }

    /// <summary>Forms a cohort of the devices that have waited longest.</summary>
    private void Form(SelectionVersion selection, List<WaitingDevice> queue)
    {
        WaitingDevice[] devices = [.. queue.Take(_options.CohortSize)];
        queue.RemoveRange(0, devices.Length);
        if (!_selections.TryGet(selection, out ParameterSelection? coordinates))
        {
            // Announcements are rejected from now on.
            Array.ForEach(devices, device => device.Cohort.TrySetException(new SecureAggregationException(CohortRefusal.Mismatch, "The selection is no longer known. Announce the update again.")));
            return;
        }

        Span<byte> id = stackalloc byte[16];
        _generator.Fill(id);
        ModelVersion current = _server.Current.Version;
        ImmutableArray<CohortMember> members = [.. devices.Select(device => new CohortMember(
            Math.Max(1, _options.ComputeWeight(current - device.Announcement.Header.BaseVersion)), device.Announcement.ShareKey, device.Announcement.MaskKey))];
        var description = new CohortDescription(new Guid(id), _options.Threshold, _server.Current.Layout.Fingerprint, selection, _options.Quantization!, members);
        var run = new CohortRun(new Cohort(description, coordinates.Count), [.. devices.Select(device => device.Announcement.Header)], _options.StepTimeout, _time);
        SecureAggregationLog.Formed(_logger, run.Id, devices.Length, selection, _options.Threshold);
        _cohorts.Add(run, CreditAsync(run));
        Array.ForEach(devices, device => device.Cohort.TrySetResult(run));
    }
}

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Submits updates by secure aggregation: a device passes it to its <see cref="FederatedClient"/> in place of the server. The server learns sums only.</summary>
/// <remarks>
/// <para>Check-outs and leases pass through. If a cohort fails or is refused, <see cref="SubmitAsync"/> throws a <see cref="SecureAggregationException"/>; the device loop keeps the update and submits it
/// again, with fresh keys and in another cohort, up to <see cref="FederatedClientOptions.MaxSubmitAttempts"/> times.</para>
/// <para><b>Not protected</b>: importance and metrics of evaluations are passed to the server in the clear.</para>
/// <para><b>Memory</b>: <see cref="ComputeMemoryBytes"/> of the largest cohort that the device accepts, independent of the number of parameters. <see cref="FederatedClient"/> subtracts it from its budget, so
/// that training and secure aggregation together fit.</para>
/// </remarks>
public sealed class SecureSubmitter : ILeaseServer, IMemoryReservation
{
    private readonly IFederatedServer _server;
    private readonly IReadyQueue _queue;
    private readonly ICohortServer _cohorts;
    private readonly int _minContributors;
    private readonly int _maxMembers;

    /// <summary>Creates a submitter.</summary>
    /// <param name="server">The server, or a proxy of it, for everything except updates.</param>
    /// <param name="queue">The queue of ready devices.</param>
    /// <param name="cohorts">The server of cohorts; usually the same object as <paramref name="queue"/>.</param>
    /// <param name="minContributors">The minimum number of updates in a sum that contains the update of this device, at least 2. The device refuses smaller cohorts.</param>
    /// <param name="maxMembers">
    /// The maximum number of members of a cohort, for which memory is reserved. The device refuses larger cohorts. At least <see cref="SecureAggregationOptions.CohortSize"/> of the server, 12 by default.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public SecureSubmitter(IFederatedServer server, IReadyQueue queue, ICohortServer cohorts, int minContributors = 5, int maxMembers = 32)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(cohorts);
        ArgumentOutOfRangeException.ThrowIfLessThan(minContributors, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMembers, minContributors);
        (_server, _queue, _cohorts, _minContributors, _maxMembers) = (server, queue, cohorts, minContributors, maxMembers);
        ReservedBytes = ComputeMemoryBytes(maxMembers);
    }

    /// <inheritdoc />
    public long ReservedBytes { get; }

    /// <summary>Computes an upper bound of the memory that secure aggregation adds on a device.</summary>
    /// <param name="members">The number of members of a cohort.</param>
    /// <returns>The number of bytes: one buffer for masks, and keys, shares and cipher states per member.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of members is out of range.</exception>
    public static long ComputeMemoryBytes(int members)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(members, CohortDescription.MaxMembers);
        const int PerMember = 3072, Fixed = 64 * 1024;
        return Fixed + (PerMember * (long)members);
    }

    /// <inheritdoc />
    public ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default) =>
        _server.CheckOutAsync(request, parameters, cancellationToken);

    /// <inheritdoc />
    /// <remarks>True if the server has no leases that can be renewed.</remarks>
    public ValueTask<bool> RenewLeaseAsync(ClientId client, UpdateId assignment, CancellationToken cancellationToken = default) =>
        _server is ILeaseServer leases ? leases.RenewLeaseAsync(client, assignment, cancellationToken) : ValueTask.FromResult(true);

    /// <inheritdoc />
    /// <exception cref="SecureAggregationException">The cohort failed or was refused. Nothing was revealed; submit the update again.</exception>
    /// <exception cref="NotSupportedException">The update contains trained parameters instead of differences.</exception>
    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        UpdateHeader header = update.Header;
        if (header.Content is UpdateContent.Importance or UpdateContent.Evaluation)
        {
            return await _server.SubmitAsync(update, cancellationToken).ConfigureAwait(false);
        }

        if (header.Content != UpdateContent.Difference)
        {
            throw new NotSupportedException($"The update contains {header.Content}, but secure aggregation adds differences. Set {nameof(FederatedServerOptions)}.{nameof(FederatedServerOptions.Content)} to {UpdateContent.Difference}.");
        }

        using var participant = new CohortParticipant(header, update.Values.Length, _minContributors, _maxMembers);
        CohortInvitation invitation;
        do
        {
            invitation = await _queue.AnnounceAsync(participant.Announcement, cancellationToken).ConfigureAwait(false);
        }
        while (invitation is { Cohort: null, Receipt: null });

        if (invitation.Receipt is { } receipt)
        {
            return receipt;
        }

        CohortDescription cohort = invitation.Cohort!;
        SharesForMember shares = await _cohorts.ShareAsync(cohort.Id, header.Client, participant.Join(cohort), cancellationToken).ConfigureAwait(false);
        MaskedUpdate masked = participant.Mask(shares, update.Values);
        var remaining = await _cohorts.SubmitMaskedAsync(cohort.Id, header.Client, masked, cancellationToken).ConfigureAwait(false);
        return await _cohorts.UnmaskAsync(cohort.Id, header.Client, participant.Unmask(remaining), cancellationToken).ConfigureAwait(false);
    }
}

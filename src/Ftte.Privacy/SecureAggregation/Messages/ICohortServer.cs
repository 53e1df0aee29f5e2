using System.Collections.Immutable;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents the server of cohorts: three short steps among devices that are all awake. Implemented by the server and by every proxy of a transport on a device.</summary>
/// <remarks>
/// Each method answers when all members have answered or a time limit has passed. A repeated call counts once. Endpoints authenticate the client. Errors are those of
/// <see cref="IFederatedServer"/>. May be called from any number of threads at once.
/// </remarks>
public interface ICohortServer
{
    /// <summary>Sends encrypted shares and receives those of the other members.</summary>
    /// <param name="cohort">The ID of the cohort.</param>
    /// <param name="client">The client.</param>
    /// <param name="shares">The shares.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The shares for this member.</returns>
    /// <exception cref="SecureAggregationException">The cohort failed or continued without this member.</exception>
    ValueTask<SharesForMember> ShareAsync(Guid cohort, ClientId client, EncryptedShares shares, CancellationToken cancellationToken = default);

    /// <summary>Sends a masked update.</summary>
    /// <param name="cohort">The ID of the cohort.</param>
    /// <param name="client">The client.</param>
    /// <param name="update">The update; read before the task completes.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The members whose updates arrived.</returns>
    /// <exception cref="SecureAggregationException">The cohort failed or continued without this member.</exception>
    ValueTask<ImmutableArray<int>> SubmitMaskedAsync(Guid cohort, ClientId client, MaskedUpdate update, CancellationToken cancellationToken = default);

    /// <summary>Sends the shares with which masks are removed.</summary>
    /// <param name="cohort">The ID of the cohort.</param>
    /// <param name="client">The client.</param>
    /// <param name="shares">The shares.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The receipt of the member's update.</returns>
    /// <exception cref="SecureAggregationException">The cohort failed.</exception>
    ValueTask<UpdateReceipt> UnmaskAsync(Guid cohort, ClientId client, UnmaskingShares shares, CancellationToken cancellationToken = default);
}

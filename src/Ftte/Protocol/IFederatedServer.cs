namespace Ftte;

/// <summary>Represents a federated server. Implemented by the server itself and by every proxy of a transport on a device.</summary>
/// <remarks>
/// <para><b>Threading</b>: both methods may be called from any number of threads at once.</para>
/// <para><b>Ownership</b>: the caller owns the parameter buffer and the update; both are used only until the task completes.</para>
/// <para><b>Errors</b>: a denied request or a rejected update is a return value. An exception has one of three causes:
/// <list type="bullet">
/// <item><description>Misuse, which repeating the call does not change: <see cref="ArgumentException"/>, <see cref="ObjectDisposedException"/> if the proxy was
/// disposed, <see cref="NotSupportedException"/> or <see cref="NotImplementedException"/>.</description></item>
/// <item><description>Cancellation by the token of the call: <see cref="OperationCanceledException"/>.</description></item>
/// <item><description>A broken link, after which the same call may be made again, because a repeated update counts once. A proxy should throw
/// <see cref="IOException"/> or a derived type for unreachable servers, timeouts and corrupt responses alike. <see cref="FederatedClient"/> also treats every
/// other exception as a broken link.</description></item>
/// </list></para>
/// </remarks>
public interface IFederatedServer
{
    /// <summary>Requests work and updates the device's copy of the model.</summary>
    /// <param name="request">The request.</param>
    /// <param name="parameters">
    /// The device's flat vector, <see cref="ParameterLayout.ParameterCount"/> values, containing <see cref="CheckOutRequest.HeldVersion"/> if that is
    /// not null. If work is assigned, the coordinates in <see cref="TrainingAssignment.Refreshed"/> are overwritten; otherwise the buffer is not changed.
    /// </param>
    /// <param name="cancellationToken">Cancels the request. The buffer may then be partly written, so the device no longer holds a version.</param>
    /// <returns>The assignment, or the reason why no work was assigned.</returns>
    ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default);

    /// <summary>Submits an update.</summary>
    /// <param name="update">The update, borrowed.</param>
    /// <param name="cancellationToken">Cancels the wait. The update may or may not have been accepted; submitting it again is safe.</param>
    /// <returns>The receipt, which contains the outcome.</returns>
    ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default);
}

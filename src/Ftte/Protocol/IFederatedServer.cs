namespace Ftte;

/// <summary>The transport seam: the server itself, and every device-side proxy of it.</summary>
/// <remarks>
/// <para><b>Threading</b>: both methods may be called from any number of threads at once.</para>
/// <para><b>Ownership</b>: the parameter buffer belongs to the caller and is written only until the task completes; an update is borrowed
/// until the task completes.</para>
/// <para><b>Errors</b>: no work and rejected updates are values. Exceptions mean one of three things:
/// <list type="bullet">
/// <item><description>Misuse, which repeating the call does not change: <see cref="ArgumentException"/>, <see cref="ObjectDisposedException"/> if the proxy was
/// disposed, <see cref="NotSupportedException"/> or <see cref="NotImplementedException"/>.</description></item>
/// <item><description>Cancellation by the token of the call: <see cref="OperationCanceledException"/>.</description></item>
/// <item><description>A broken link, after which the same call may be made again, because a repeated update counts once. A proxy should throw
/// <see cref="IOException"/> or a derived type for unreachable servers, timeouts and damaged answers alike. <see cref="FederatedClient"/> treats every
/// other exception as a broken link too.</description></item>
/// </list></para>
/// </remarks>
public interface IFederatedServer
{
    /// <summary>Asks for work and brings the device's copy of the model up to date.</summary>
    /// <param name="device">What the device says about itself.</param>
    /// <param name="parameters">
    /// The device's flat vector, <see cref="ParameterLayout.ParameterCount"/> values, holding <see cref="CheckOutRequest.HeldVersion"/> if that is
    /// not null. On assignment the coordinates in <see cref="TrainingAssignment.Refreshed"/> are overwritten; otherwise nothing is.
    /// </param>
    /// <param name="cancellationToken">Gives up; the buffer may then be half-written, so the caller holds no version any more.</param>
    /// <returns>The work, or why there is none.</returns>
    ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest device, Memory<float> parameters, CancellationToken cancellationToken = default);

    /// <summary>Hands in an update.</summary>
    /// <param name="update">The update, borrowed.</param>
    /// <param name="cancellationToken">Gives up waiting. The update may or may not have been folded in; submitting it again is safe.</param>
    /// <returns>What became of it.</returns>
    ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default);
}

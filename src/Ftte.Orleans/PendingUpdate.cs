namespace Ftte.Orleans;

/// <summary>Represents an update that waits until it is durable.</summary>
/// <param name="update">The update. The shard disposes it.</param>
/// <param name="bytes">The update as a message.</param>
internal sealed class PendingUpdate(SparseUpdate update, byte[] bytes)
{
    private readonly TaskCompletionSource<UpdateReceipt> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SparseUpdate Update => update;

    public byte[] Bytes => bytes;

    /// <summary>Gets or sets the number of the buffer against which the update was validated; -1 if it was not.</summary>
    public long ValidatedFor { get; set; } = -1;

    /// <summary>Gets or sets the receipt of the fold; null if the update was not folded here.</summary>
    public UpdateReceipt? Folded { get; set; }

    public Task<UpdateReceipt> Answer => _answer.Task;

    public void Complete(UpdateReceipt receipt)
    {
        update.Dispose();
        _answer.TrySetResult(receipt);
    }

    public void Fail(Exception error)
    {
        update.Dispose();
        _answer.TrySetException(error);
    }
}

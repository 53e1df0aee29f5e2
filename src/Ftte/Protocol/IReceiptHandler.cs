namespace Ftte;

/// <summary>Handles the receipts of updates. Optional: implemented by an <see cref="ILocalTrainer"/> that adapts to the outcomes of its updates.</summary>
/// <remarks>Called by the device loop between training and the next round, one call at a time. An exception ends the round, not the federation.</remarks>
public interface IReceiptHandler
{
    /// <summary>Handles the receipt of an update.</summary>
    /// <param name="update">The ID of the update, as in <see cref="TrainingAssignment.UpdateId"/>.</param>
    /// <param name="receipt">The receipt. If the link breaks before a receipt arrives, this method is not called.</param>
    void HandleReceipt(UpdateId update, UpdateReceipt receipt);
}

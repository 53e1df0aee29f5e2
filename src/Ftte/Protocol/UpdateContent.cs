namespace Ftte;

/// <summary>What an update's values are: the origin of the step that the server takes from them.</summary>
public enum UpdateContent : byte
{
    /// <summary>Trained minus received parameters: a step towards lower loss, from the version that the device received. The default.</summary>
    Difference = 0,

    /// <summary>
    /// The trained parameters themselves; the server subtracts its current model. A stale update then also undoes part of what
    /// was published meanwhile, which is what FedAsync (arXiv 1903.03934) and averaging of whole stale models mean.
    /// </summary>
    Trained = 1,

    /// <summary>What training each block of the layout would be worth: one value per block, not negative, from an <see cref="IImportanceProbe"/>.</summary>
    Importance = 2,
}

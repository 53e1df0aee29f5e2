namespace Ftte;

/// <summary>Specifies the content of an update's values, which determines the step that the server computes from them.</summary>
public enum UpdateContent : byte
{
    /// <summary>Trained minus received parameters: a step toward lower loss from the version that the device received. The default.</summary>
    Difference = 0,

    /// <summary>
    /// The trained parameters themselves, from which the server subtracts its current model. A stale update therefore also reverts part of what
    /// was published in the meantime, as in FedAsync (arXiv 1903.03934) and when whole stale models are averaged.
    /// </summary>
    Trained = 1,

    /// <summary>The importance of each block of the layout: one value per block, not negative, from an <see cref="IImportanceProbe"/>.</summary>
    Importance = 2,

    /// <summary>
    /// The quality of the version on examples that the device holds back: one value per metric, each a mean over these examples, from an <see cref="IModelEvaluator"/>.
    /// The number of examples is <see cref="UpdateHeader.ExampleCount"/>.
    /// </summary>
    Evaluation = 3,
}

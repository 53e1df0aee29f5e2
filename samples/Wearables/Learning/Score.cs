namespace Wearables.Learning;

/// <summary>Represents the quality of a model on the held-out windows of one device.</summary>
/// <param name="Person">The number of the person.</param>
/// <param name="IsNewcomer">True if the person took no part in training.</param>
/// <param name="Labeled">The number of recordings on which the model of this device was trained or tuned; null for all.</param>
/// <param name="Accuracy">The accuracy.</param>
/// <param name="MacroF1">The macro F1.</param>
internal sealed record Score(int Person, bool IsNewcomer, int? Labeled, double Accuracy, double MacroF1);

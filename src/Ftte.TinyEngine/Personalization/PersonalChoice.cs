namespace Ftte.TinyEngine.Personalization;

/// <summary>Represents the comparison of the shared and the personal model on examples that were held back.</summary>
/// <param name="Shared">The evaluation of the shared model.</param>
/// <param name="Personal">The evaluation of the personal model.</param>
public readonly record struct PersonalChoice(Evaluation Shared, Evaluation Personal)
{
    /// <summary>Gets a value that indicates whether the personal model is used: its accuracy is higher, or equal and its loss is not higher. Without classes, only the loss counts.</summary>
    public bool IsPersonal => Personal.Accuracy > Shared.Accuracy || (!(Personal.Accuracy < Shared.Accuracy) && Personal.Loss <= Shared.Loss);
}

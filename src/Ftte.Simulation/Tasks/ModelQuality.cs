namespace Ftte.Simulation;

/// <summary>Represents the quality of a model.</summary>
/// <param name="Accuracy">The test accuracy, in [0, 1].</param>
/// <param name="StragglerAccuracy">The accuracy on the data of stragglers, in [0, 1]; NaN if it is not measured.</param>
/// <param name="Loss">The mean loss; NaN if it is not measured.</param>
/// <param name="ValidationAccuracy">The accuracy on validation data, in [0, 1], which <see cref="PlateauOptions"/> use instead of the test accuracy; NaN if it is not measured.</param>
public readonly record struct ModelQuality(
    double Accuracy, double StragglerAccuracy = double.NaN, double Loss = double.NaN, double ValidationAccuracy = double.NaN);

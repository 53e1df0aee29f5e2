using Ftte.Simulation;

namespace SelectionStudy.Learning;

/// <summary>Represents a simulated run of one selection, with the settings that the result does not contain.</summary>
/// <param name="Cell">The selector and its budget.</param>
/// <param name="BudgetBytes">The memory budget in bytes; null for the reference, which has none.</param>
/// <param name="LearningRate">The devices' learning rate.</param>
/// <param name="TrainedParameters">The number of parameters of an update.</param>
/// <param name="Importance">The trained share of the total importance.</param>
/// <param name="Accuracy">The accuracy of the last version on all test images, from 0 to 1.</param>
/// <param name="Result">The result; its evaluations use fewer images.</param>
internal sealed record StudyRun(
    StudyCell Cell, long? BudgetBytes, float LearningRate, int TrainedParameters, double Importance, double Accuracy, SimulationResult Result);

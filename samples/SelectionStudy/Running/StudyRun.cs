namespace SelectionStudy.Running;

/// <summary>What one run came to.</summary>
/// <param name="Selector">What chose.</param>
/// <param name="BudgetShare">The budget, as a share of training everything without a plan; 1 for the reference, which has none.</param>
/// <param name="BudgetBytes">The same in bytes.</param>
/// <param name="Seed">The seed.</param>
/// <param name="LearningRate">The devices' step size.</param>
/// <param name="TrainedParameters">How many parameters an update has.</param>
/// <param name="PeakBytes">What training takes on a device.</param>
/// <param name="Importance">The share of all importance that is trained.</param>
/// <param name="Accuracy">The accuracy on the test pictures after the last update, 0 to 1.</param>
internal sealed record StudyRun(
    string Selector,
    double BudgetShare,
    long BudgetBytes,
    ulong Seed,
    float LearningRate,
    int TrainedParameters,
    long PeakBytes,
    double Importance,
    double Accuracy);

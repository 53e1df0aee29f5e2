using Ftte.Samples.Shared;
using Spectre.Console;
using TrainOnDevice.Data;
using TrainOnDevice.Planning;

namespace TrainOnDevice.Report;

/// <summary>Writes a summary of the run before training.</summary>
internal static class Introduction
{
    public static void Write(IAnsiConsole console, string model, DataSet data, FittedTraining training)
    {
        var plan = training.Plan;
        int parameters = plan.Network.Layout.ParameterCount;
        console.WriteText($"{model}: {parameters:N0} parameters ({ByteSize.ToText(4.0 * parameters)}) on {data.Name}, {data.Training.Count:N0} examples of {data.Shape} to train on and {data.HeldOut.Count:N0} held out.");
        console.WriteText(
            $"Budget {ByteSize.ToText(training.BudgetBytes)}; the plan takes {ByteSize.ToText(plan.PeakBytes)}. Training everything without a plan would take "
            + $"{ByteSize.ToText(plan.EagerBytes)}: {Units.Percent(Math.Abs(training.SavedShare))} {(training.SavedShare >= 0 ? "saved" : "more than that")}.");
        string micro = plan.MicroBatchSize < plan.BatchSize ? $", {plan.MicroBatchSize} at a time" : ", all at once";
        int trainable = plan.Network.Trainable.Count;
        string what = training.TrainedParameters == trainable
            ? $"Everything is trained, {trainable:N0} parameters"
            : $"{training.TrainedParameters:N0} of {trainable:N0} parameters are trained ({Units.Percent((double)training.TrainedParameters / trainable)}), chosen by a gradient that is measured outside the budget";
        console.WriteText($"{what}; batch {plan.BatchSize}{micro}.");
    }
}

addEventListener("message", (event) => {
  if (event.data && event.data.subject === "org.imsglobal.lti.close") location.assign("/tools?closed=1");
});
